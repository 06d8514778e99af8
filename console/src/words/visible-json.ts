import { INVISIBLE } from './differences.ts';

const ALL = new RegExp(INVISIBLE, 'gu');

/** Indented JSON with invisible characters escaped. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(ALL, escaped);
}

const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_none, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');

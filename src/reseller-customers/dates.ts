import { text } from '../json/json.ts';

const INSTANT = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:?\d{2})?$/i;

/**
 * An instant as ISO 8601 with Z, to the second unless it has a fraction. Without a zone it is UTC, as the upstream means it;
 * `new Date()` would read it as local time.
 * @returns null when it is no instant
 */
export function instant(value: unknown): string | null {
  const parts = INSTANT.exec(text(value)?.trim() ?? '');
  if (!parts) return null;
  const [, day = '', time = '', fraction = '', zone = 'Z'] = parts;
  if (date(day) === null) return null; // Date would take 30 February for 1 March.
  const at = new Date(`${day}T${time}${fraction}${withColon(zone.toUpperCase())}`);
  if (Number.isNaN(at.getTime()) || !/^\d{4}-/.test(at.toISOString())) return null;
  return fraction === '' ? at.toISOString().replace('.000Z', 'Z') : at.toISOString();
}

/** A calendar date, YYYY-MM-DD; for an instant the date as written. Null when it is no date. */
export function date(value: unknown): string | null {
  const [day = ''] = /^\d{4}-\d{2}-\d{2}(?=$|T)/.exec(text(value)?.trim() ?? '') ?? [];
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day) ? day : null;
}

const withColon = (zone: string): string => zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');

import { type MutantResult } from '@stryker-mutator/api/core';
import { readFileSync } from 'node:fs';
import { SURVIVORS } from '../../test/mutation-survivors/all.ts';
import { type AcceptedSurvivor } from '../../test/mutation-survivors/survivor.ts';

/** A mutant that no test has found. */
export interface Survivor {
  readonly at: string;
  readonly code: string;
  readonly mutant: string;
  /** No unit test runs the code at all. */
  readonly isUntested: boolean;
}

export interface Counted {
  readonly file: string;
  readonly mutants: number;
  readonly found: number;
  readonly listed: number;
  readonly unlisted: readonly Survivor[];
  /** What the list has for a mutant that does not survive. */
  readonly stale: readonly AcceptedSurvivor[];
}

export function countedOf(file: string, results: readonly MutantResult[]): Counted {
  const lines = readFileSync(file, 'utf8').split('\n');
  const found = results.filter(({ status }) => status === 'Killed' || status === 'Timeout');
  const undetected = results.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  const survivors = undetected.map((result) => survivorOf(file, lines, result));
  const accepted = SURVIVORS[file] ?? [];
  const isSame = (survivor: Survivor, { code, mutant }: AcceptedSurvivor): boolean =>
    survivor.code === code && survivor.mutant === mutant;
  const unlisted = survivors.filter((survivor) => !accepted.some((entry) => isSame(survivor, entry)));
  return {
    file,
    mutants: found.length + survivors.length,
    found: found.length,
    listed: survivors.length - unlisted.length,
    unlisted,
    stale: accepted.filter((entry) => !survivors.some((survivor) => isSame(survivor, entry))),
  };
}

function survivorOf(file: string, lines: readonly string[], { location, replacement, status }: MutantResult): Survivor {
  const { start, end } = location;
  const touched = lines.slice(start.line - 1, end.line);
  const before = touched[0]?.slice(0, start.column - 1) ?? '';
  const whole = touched.join('\n');
  const after = lines[end.line - 1]?.slice(end.column - 1) ?? '';
  const code = whole.slice(before.length, whole.length - after.length);
  return {
    at: `${file}:${start.line}`,
    code: oneLine(code),
    mutant: oneLine(replacement),
    isUntested: status === 'NoCoverage',
  };
}

function oneLine(code: string): string {
  return code.replace(/\s+/g, ' ');
}

export function survivorLine({ at, code, mutant, isUntested }: Survivor): string {
  return `${at} ${code} → ${mutant}${isUntested ? ' (no test runs it)' : ''}`;
}

export function shareOf({ mutants, found, listed }: Pick<Counted, 'mutants' | 'found' | 'listed'>): string {
  const percent = mutants === 0 ? 100 : (100 * found) / mutants;
  return `${percent.toFixed(1)} %, ${found} of ${mutants} mutants found, ${listed} survivors listed`;
}

export function sum(all: readonly Counted[]): Pick<Counted, 'mutants' | 'found' | 'listed'> {
  const add = (of: (counted: Counted) => number): number => all.reduce((total, counted) => total + of(counted), 0);
  return { mutants: add((one) => one.mutants), found: add((one) => one.found), listed: add((one) => one.listed) };
}

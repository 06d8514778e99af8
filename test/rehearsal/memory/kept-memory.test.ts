import './after-others.ts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const MEBIBYTE = 1024 * 1024;
const program = join(import.meta.dirname, 'main.ts');

/** Scenarios of copies of customers. */
const COPIES = ['ten thousand small customers', 'a thousand customers of 200 kB', 'a hundred customers of 2 MB'];
/** Scenarios of the stores bounded in entries, with their limits in MiB. */
const LITTLE: readonly (readonly [string, number, string])[] = [
  ['a million forgotten customers', 8, '(K1)'],
  ['ten thousand forgotten customers with long URLs', 8, '(K1)'],
  ['ten thousand popular customers with long URLs', 8, '(K2)'],
  ['a thousand failures with long URLs', 2, '(K2)'],
  ['ten thousand long URLs', 40, '(K2)'],
  ['a million calls that nobody asks about', 2, '(K1)'],
  ['three thousand callers with long tokens', 16, '(K2)'],
  ['twenty imports, whose connections stay open', 16, '(E2)'],
];

/** In bytes, what a process keeps, and as what the service counts it. */
interface Kept {
  readonly held: number;
  readonly counted: number;
}

/** Runs a scenario in a process of its own. */
async function run(scenario: string): Promise<Kept> {
  const options = ['--no-warnings', '--expose-gc'];
  const { stdout } = await promisify(execFile)(process.execPath, [...options, program, scenario]);
  return JSON.parse(stdout.split('\n').at(-1) ?? '') as Kept;
}

const kept = new Map<string, Kept>();

// Two processes at a time: what one keeps does not depend on the other.
beforeAll(async () => {
  const waiting = [...COPIES, ...LITTLE.map(([scenario]) => scenario)];
  const runInTurn = async (): Promise<void> => {
    for (let scenario = waiting.shift(); scenario !== undefined; scenario = waiting.shift())
      kept.set(scenario, await run(scenario));
  };
  await Promise.all([runInTurn(), runInTurn()]);
}, 600_000);

describe('copies of customers take the memory that they are counted as, 64 MB at most (E2)', () => {
  it.each(COPIES)('%s', (scenario) => {
    const { held = NaN, counted = NaN } = kept.get(scenario) ?? {};
    expect(counted).toBeLessThanOrEqual(64 * MEBIBYTE);
    expect(held).toBeLessThan(1.2 * counted);
    expect(held).toBeGreaterThan(0.8 * counted);
  });
});

describe('a process keeps little of', () => {
  it.each(LITTLE)('%s: less than %i MiB %s', (scenario, mebibytes) => {
    expect(kept.get(scenario)?.held).toBeLessThan(mebibytes * MEBIBYTE);
  });
});

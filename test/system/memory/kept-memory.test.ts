import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const MEBIBYTE = 1024 * 1024;
const program = join(import.meta.dirname, 'main.ts');

/** Runs a scenario in a process of its own; in bytes, what it keeps, and as what the service counts it. */
function run(scenario: string): { readonly held: number; readonly counted: number } {
  const output = execFileSync(process.execPath, ['--no-warnings', '--expose-gc', program, scenario], {
    encoding: 'utf8',
  });
  return JSON.parse(output.split('\n').at(-1) ?? '') as { held: number; counted: number };
}

describe('copies of customers take the memory that they are counted as, 64 MB at most (E2)', () => {
  it.each(['ten thousand small customers', 'a thousand customers of 200 kB', 'a hundred customers of 2 MB'])(
    '%s',
    (scenario) => {
      const { held, counted } = run(scenario);
      expect(counted).toBeLessThanOrEqual(64 * MEBIBYTE);
      expect(held).toBeLessThan(1.2 * counted);
      expect(held).toBeGreaterThan(0.8 * counted);
    },
  );
});

describe('a process keeps little of', () => {
  it.each([
    ['a million forgotten customers', 8, '(K1)'],
    ['ten thousand forgotten customers with long URLs', 8, '(K1)'],
    ['ten thousand popular customers with long URLs', 8, '(K2)'],
    ['a thousand failures with long URLs', 2, '(K2)'],
    ['ten thousand long URLs', 24, '(K2)'],
    ['a million calls that nobody asks about', 2, '(K1)'],
    ['three thousand callers with long tokens', 16, '(K2)'],
  ])('%s: less than %i MiB %s', (scenario, mebibytes) => {
    expect(run(scenario).held).toBeLessThan(mebibytes * MEBIBYTE);
  });
});

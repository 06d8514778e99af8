/**
 * `npm run proof`: everything that the service promises to survive, shown again. Runs every test that names a fault, random schedules
 * in both forms, and the fuzzing, and writes what became of each into docs/proof.md.
 *
 * `--only F5,R11`: the tests of these faults alone; nothing is written. `--seed 42`: where random tests begin; another one each time by
 * default. `--minutes 10`: for how long schedules and fuzzing go on, together; 10 by default.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FAULTS } from '../test/faults/ids.ts';
import { idsIn, titlesBelow } from '../test/faults/titles.ts';
import { proofPage, type TestResult } from './generate/proof-page.ts';

const { values } = parseArgs({
  options: { only: { type: 'string' }, seed: { type: 'string' }, minutes: { type: 'string', default: '10' } },
});
const seed = Number(values.seed ?? randomInt(1_000_000));
const minutes = Number(values.minutes);
const only = values.only?.split(',') ?? null;
const unknown = only?.filter((id) => !(id in FAULTS)) ?? [];
if (unknown.length > 0 || !Number.isSafeInteger(seed) || !(minutes > 0)) {
  console.error(unknown.length > 0 ? `unknown: ${unknown.join(', ')}` : '--seed and --minutes must be numbers');
  process.exit(2);
}

const startedAt = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'proof-'));
const results: TestResult[] = [];
const named = titlesBelow('test').filter(({ text }) => idsIn(text).some((id) => only?.includes(id) ?? true));
const files = [...new Set(named.map(({ file }) => `test/${file}`))].filter(
  (file) => !/^test\/(schedules|fuzz)\//.test(file),
);
const pattern = only === null ? [] : ['-t', `\\b(${only.join('|')})\\b`];

console.log(`seed ${seed}`);
const isLong = (file: string): boolean => file.startsWith('test/rehearsal/');
run(
  'faults',
  files.filter((file) => !isLong(file)),
  {},
  pattern,
);
run('faults that take long', files.filter(isLong), {}, pattern);
if (only === null) {
  const third = String(Math.round((minutes * 60) / 3));
  const many = { SCHEDULES: '1000000', SCHEDULE_STEPS: '15', SCHEDULE_SECONDS: third };
  run('random schedules, virtual time', ['test/schedules/'], many);
  run('random schedules, processes', ['test/rehearsal/schedules.test.ts'], many);
  run('fuzzing', ['test/fuzz/'], { FUZZ_SECONDS: String(Math.round((minutes * 60) / 3 / 12)) });
  writeFileSync('docs/proof.md', proofPage({ results, seed, minutes, startedAt, endedAt: Date.now() }));
  spawnSync('prettier', ['--write', '--log-level', 'warn', 'docs/proof.md'], { stdio: 'inherit' });
}
rmSync(folder, { recursive: true });
const failed = results.filter(({ status }) => status === 'failed');
for (const { file, title, message } of failed) console.error(`\n${file}\n${title}\n${message}`);
console.log(
  `${results.filter(({ status }) => status === 'passed').length} held, ${failed.length} did not; seed ${seed}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

/** Runs test files, and adds what became of each test. */
function run(
  what: string,
  tests: readonly string[],
  environment: Record<string, string>,
  more: readonly string[] = [],
): void {
  if (tests.length === 0) return;
  console.log(`— ${what}`);
  const output = join(folder, 'results.json');
  const config = tests.every(isLong) ? ['--config', 'test/rehearsal/jest.config.js'] : [];
  const jest = ['--no-warnings', '--enable-source-maps', 'node_modules/jest/bin/jest.js', ...config];
  const env = { ...process.env, FAST_CHECK_SEED: String(seed), ...environment };
  spawnSync('node', [...jest, '--json', '--outputFile', output, ...more, ...tests], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as JestOutput;
  rmSync(output);
  for (const { name, assertionResults, message } of testResults) {
    const file = name.slice(process.cwd().length + 1);
    if (assertionResults.length === 0 && message)
      results.push({ what, file, title: '', status: 'failed', ms: 0, message });
    for (const { fullName, status, duration, failureMessages } of assertionResults)
      results.push({ what, file, title: fullName, status, ms: duration ?? 0, message: failureMessages.join('\n') });
  }
}

interface JestOutput {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly duration: number | null;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/**
 * `npm run proof`: everything that the service promises to survive, shown again. Runs every test that names a fault, random schedules in
 * both forms, random kills, the fuzzing, an overload, an upgrade and a soak, and writes what became of each into docs/proof.md.
 *
 * `--minutes 60`, the default: the soak takes half of it, the random parts the other half; the rest takes some ten minutes more.
 * `--seed 42`: where random tests begin; another one each time by default. `--only F5,R11`: the tests of these faults alone; nothing
 * is written. `--short`: the random schedules, kills and fuzzing alone, in some four minutes, with another seed than `npm test` and
 * `npm run rehearse`, which have the rest; nothing is written.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FAULTS } from '../test/faults/ids.ts';
import { idsIn, titlesBelow } from '../test/faults/titles.ts';
import { type Part, proofPage } from './proof/proof-page.ts';
import { isLong, runTests, type TestResult } from './proof/run-tests.ts';

const SHORT_MINUTES = '5';
/** Parts of their own, which run for as long as they are told. */
const RANDOM = /^test\/(schedules\/|fuzz\/|rehearsal\/schedules)/;

const values = options();
const seed = Number(values.seed ?? randomInt(1_000_000));
const minutes = Number(values.minutes ?? (values.short ? SHORT_MINUTES : '60'));
const only = values.only?.split(',') ?? null;
const unknown = only?.filter((id) => !(id in FAULTS)) ?? [];
if (unknown.length > 0 || !Number.isSafeInteger(seed) || !(minutes > 0)) {
  const wrong = `--only names ids that test/faults/ids.ts does not list: ${unknown.join(', ')}`;
  console.error(unknown.length > 0 ? wrong : '--seed must be a whole number, and --minutes a number above 0');
  process.exit(2);
}

const startedAt = Date.now();
const environment = { FAST_CHECK_SEED: String(seed) };
console.log(`seed ${seed}`);
const faults = values.short && only === null ? [] : faultTests();
const parts = only === null ? randomParts() : [];
if (only === null && !values.short) {
  const page = proofPage({ faults, parts, seed, minutes, commit: commit(), startedAt, endedAt: Date.now() });
  writeFileSync('docs/proof.md', page);
  spawnSync('prettier', ['--write', '--log-level', 'warn', 'docs/proof.md'], { stdio: 'inherit' });
}
const results = [...faults, ...parts.flatMap((part) => part.results)];
const failed = results.filter(({ status }) => status === 'failed');
for (const { file, title, message } of failed) console.error(`\n${file}\n${title}\n${message}`);
const held = results.filter(({ status }) => status === 'passed').length;
console.log(`${held} held, ${failed.length} did not; seed ${seed}`);
process.exitCode = failed.length === 0 && held > 0 ? 0 : 1;

/** The options of the command line; ends the process when there is a wrong one. */
function options(): {
  readonly only?: string;
  readonly seed?: string;
  readonly minutes?: string;
  readonly short?: boolean;
} {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ options: { only: text, seed: text, minutes: text, short: { type: 'boolean' } } }).values;
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

/** What the results are of. */
function commit(): string {
  const git = (...args: readonly string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const changes = git('status', '--porcelain') === '' ? '' : ', with changes that are not committed';
  return git('rev-parse', '--short', 'HEAD') + changes;
}

/** Of the files that name a fault: all their tests, or those of the faults asked for. */
function faultTests(): readonly TestResult[] {
  const named = titlesBelow('test').filter(({ text }) => idsIn(text).some((id) => only?.includes(id) ?? true));
  const files = [...new Set(named.map(({ file }) => `test/${file}`))].filter((file) => !RANDOM.test(file));
  const titles = only === null ? {} : { titles: `\\b(?:${only.join('|')})\\b` };
  const short = files.filter((file) => !isLong(file));
  return [
    ...run('faults', { files: short, ...titles }),
    ...(values.short ? [] : run('faults that take long', { files: files.filter(isLong), ...titles })),
  ];
}

function randomParts(): readonly Part[] {
  const quarter = String(Math.round((minutes * 60) / 8));
  const many = { SCHEDULES: '1000000', SCHEDULE_STEPS: '15', SCHEDULE_SECONDS: quarter };
  const fuzzed = { FUZZ_SECONDS: String(Math.max(1, Math.round((minutes * 60) / 8 / 12))) };
  const part = (name: string, file: string, more: Readonly<Record<string, string>> = {}): Part => ({
    name,
    results: run(name, { files: [file], environment: more }),
  });
  const random = [
    part('random schedules, virtual time', 'test/schedules/', many),
    part('random schedules, processes', 'test/rehearsal/schedules.test.ts', many),
    part('random kills', 'test/rehearsal/changes/random-kills.test.ts', { KILLS_SECONDS: quarter }),
    part('fuzzing', 'test/fuzz/', fuzzed),
  ];
  if (values.short) return random;
  return [
    ...random,
    part('overload', 'test/system/overload.test.ts'),
    part('upgrade', 'test/rehearsal/gateways/rollout.test.ts'),
    part('soak', 'test/rehearsal/memory/soak/', { SOAK_SECONDS: String(Math.round(minutes * 30)) }),
  ];
}

function run(what: string, { files, ...more }: Parameters<typeof runTests>[0]): readonly TestResult[] {
  console.log(`— ${what}`);
  return runTests({ files, ...more, environment: { ...environment, ...more.environment } });
}

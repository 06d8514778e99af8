import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type SeenAnswer, type SeenFact } from '../../test/proof/seen-answers.ts';

/** What became of a test. */
export interface TestResult {
  readonly file: string;
  readonly title: string;
  /** Of jest: `passed`, `failed`, `pending` (skipped). */
  readonly status: string;
  readonly ms: number;
  /** Why it failed. */
  readonly message: string;
  readonly answers: readonly SeenAnswer[];
  readonly facts: readonly string[];
}

export interface TestRun {
  readonly files: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** A pattern of the titles of those that run; absent: all. */
  readonly titles?: string;
}

/** Runs test files. Those of test/rehearsal/ have a configuration of their own, so a run has no others beside them. */
export function runTests({ files, environment = {}, titles }: TestRun): readonly TestResult[] {
  if (files.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), 'proof-'));
  const output = join(folder, 'results.json');
  const config = files.some(isLong) ? ['--config', 'test/rehearsal/jest.config.js'] : [];
  const jest = ['--no-warnings', '--enable-source-maps', 'node_modules/jest/bin/jest.js', ...config];
  const pattern = titles === undefined ? [] : ['-t', titles];
  const { status } = spawnSync('node', [...jest, '--json', '--outputFile', output, ...pattern, ...files], {
    env: { ...process.env, SEEN_ANSWERS: folder, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (!existsSync(output)) throw new Error(`the tests ended with ${status}, without results`);
  const { testResults } = JSON.parse(readFileSync(output, 'utf8')) as JestOutput;
  const seen = seenIn(folder);
  rmSync(folder, { recursive: true });
  return testResults.flatMap(({ name, assertionResults, message }) => {
    const file = relative('.', name);
    if (assertionResults.length === 0 && message)
      return [{ file, title: '', status: 'failed', ms: 0, message, answers: [], facts: [] }];
    return assertionResults
      .map(({ ancestorTitles, title, ...rest }) => ({ title: [...ancestorTitles, title].join(' '), ...rest }))
      .filter(({ title }) => titles === undefined || new RegExp(titles).test(title))
      .map(({ title, status, duration, failureMessages }) => {
        const own = seen.get(`${file} ${title}`) ?? [];
        return {
          ...{ file, title, status, ms: duration ?? 0, message: failureMessages.join('\n') },
          answers: own.filter((line) => 'status' in line),
          facts: own.filter((line) => 'fact' in line).map(({ fact }) => fact),
        };
      });
  });
}

export const isLong = (file: string): boolean => file.startsWith('test/rehearsal/');

/** What tests have seen, by file and title. */
function seenIn(folder: string): ReadonlyMap<string, readonly (SeenAnswer | SeenFact)[]> {
  const lines = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
    .map((line) => JSON.parse(line) as SeenAnswer | SeenFact);
  return Map.groupBy(lines, ({ file, title }) => `${file} ${title}`);
}

interface JestOutput {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly ancestorTitles: readonly string[];
      readonly title: string;
      readonly status: string;
      readonly duration: number | null;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

import { type LogLevel, type MutantResult } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/** A member of an enum whose values Stryker's package does not export. */
const QUIET = 'error' as unknown as LogLevel;

const sandboxes = mkdtempSync(join(tmpdir(), 'mutation-'));
process.on('exit', () => {
  rmSync(sandboxes, { recursive: true, force: true });
});

/** Tries each mutant of a file with the unit tests that belong to it. */
export async function mutate(file: string): Promise<readonly MutantResult[]> {
  return new Stryker({
    mutate: [file],
    testFiles: [...unitTestsOf(file)],
    testRunner: 'bare',
    plugins: [join(import.meta.dirname, 'test-runner.ts')],
    // The modules of each mutant stay in memory.
    maxTestRunnerReuse: 200,
    concurrency: 1,
    timeoutMS: 2000,
    tempDirName: join(sandboxes, 'sandbox'),
    ignorePatterns: ['coverage', 'dist'],
    reporters: [],
    logLevel: QUIET,
    allowConsoleColors: false,
  }).runMutationTest();
}

/** Those of its room, and the fuzzing, that import it, directly or not: a rule is held by its own tests, not by chance elsewhere. */
function unitTestsOf(file: string): readonly string[] {
  const options = ['--selectProjects', 'unit', '--listTests', '--findRelatedTests', file];
  const { stdout } = spawnSync('node', ['node_modules/jest/bin/jest.js', ...options], { encoding: 'utf8' });
  const related = stdout.split('\n').map((path) => relative('.', path));
  const [, room] = file.split('/');
  return related.filter((path) => path.startsWith(`test/${room}/`) || path.startsWith('test/fuzz/'));
}

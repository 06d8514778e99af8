import { type MutantResult } from '@stryker-mutator/api/core';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'mutation-'));
/** It prints what the whole of `src/` says of itself, and the copy that is mutated says it otherwise. */
const GENERATED = 'test/config/environment/generated-files.unit.test.ts';
const STRYKER = join(import.meta.dirname, 'run-stryker.ts');

let running: ChildProcess | null = null;
process.on('exit', () => {
  // A mutant may loop for ever: its process would outlive this one. The whole group ends.
  if (running?.pid !== undefined) process.kill(-running.pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    process.exit(1);
  });

/** Tries each mutant of a file with the unit tests that belong to it. */
export async function mutate(file: string): Promise<readonly MutantResult[]> {
  const testFiles = unitTestsOf(file);
  if (testFiles.length === 0) throw new Error(`no unit test of its room imports ${file}`);
  const results = join(folder, 'results.json');
  const child = spawn('node', ['--no-warnings', STRYKER, results, file, ...testFiles], {
    stdio: 'inherit',
    detached: true,
  });
  running = child;
  const code = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  running = null;
  if (code !== 0) throw new Error(`Stryker ended with ${String(code)} for ${file}`);
  return JSON.parse(readFileSync(results, 'utf8')) as readonly MutantResult[];
}

/** Those of its room, and the fuzzing, that import it, directly or not: a rule is held by its own tests, not by chance elsewhere. */
function unitTestsOf(file: string): readonly string[] {
  const options = ['--selectProjects', 'unit', '--listTests', '--findRelatedTests', file];
  const { stdout } = spawnSync('node', ['node_modules/jest/bin/jest.js', ...options], { encoding: 'utf8' });
  const related = stdout.split('\n').map((path) => relative('.', path));
  const [, room] = file.split('/');
  const isOfRoom = (path: string): boolean => path.startsWith(`test/${room}/`) || path.startsWith('test/fuzz/');
  return related.filter((path) => isOfRoom(path) && path !== GENERATED);
}

/** Runs Stryker on one file: `node tools/mutation/run-stryker.ts RESULTS FILE TEST…`. Its results go to RESULTS, as JSON. */
import { type LogLevel } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A member of an enum whose values Stryker's package does not export. */
const QUIET = 'error' as unknown as LogLevel;

const [results = '', file = '', ...testFiles] = process.argv.slice(2);

const mutants = await new Stryker({
  mutate: [file],
  testFiles,
  testRunner: 'bare',
  plugins: [join(import.meta.dirname, 'test-runner.ts')],
  // The modules of each mutant stay in memory.
  maxTestRunnerReuse: 200,
  concurrency: 1,
  timeoutMS: 2000,
  tempDirName: join(dirname(results), 'sandbox'),
  ignorePatterns: ['build', 'coverage', 'dist'],
  reporters: [],
  logLevel: QUIET,
  allowConsoleColors: false,
}).runMutationTest();
writeFileSync(results, JSON.stringify(mutants));

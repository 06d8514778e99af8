/**
 * What a test run needs before the first test file is loaded: `src/` compiled as it is imported, as its decorators need more
 * than types taken away; `@jest/globals`, which the runner has as global names alone; and one seed for all property tests, so
 * that the same commit gives the same result. `FAST_CHECK_SEED` sets another one.
 */
import type * as jestGlobals from '@jest/globals';
import fc from 'fast-check';
import { registerHooks } from 'node:module';
import { compileSourceOnImport } from '../../../tools/compile-on-import.ts';

const GLOBALS = new URL('./globals.ts', import.meta.url).href;

const SEED = 20_261_127;

fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? SEED) });
compileSourceOnImport();
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals'
      ? { url: GLOBALS, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
});

// An error that nobody handles ends the worker, and the runner names no test. The error then names the test, and the bytes that could not be parsed.
process.on('uncaughtExceptionMonitor', (error: Error & { readonly rawPacket?: Buffer }) => {
  const { currentTestName = 'no test' } = (globalThis as unknown as typeof jestGlobals).expect.getState();
  const read = error.rawPacket === undefined ? '' : `\nread: ${JSON.stringify(error.rawPacket.toString('latin1'))}`;
  error.stack = `${error.stack ?? error.message}\nwhile running: ${currentTestName}${read}`;
});

if (process.env.SEEN_ANSWERS !== undefined) (await import('../../proof/watch-answers.ts')).watchAnswers();

/**
 * What a test run needs before the first test file is loaded: `src/` compiled as it is imported, as its decorators need more
 * than types taken away, and `@jest/globals`, which the runner has as global names alone.
 */
import { registerHooks } from 'node:module';
import { compileSourceOnImport } from '../../../tools/compile-on-import.ts';

const GLOBALS = new URL('./globals.ts', import.meta.url).href;

compileSourceOnImport();
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@jest/globals'
      ? { url: GLOBALS, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
});

import { transformSync } from '@swc/core';
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const SOURCE = new URL('../src/', import.meta.url).href;

/** From here on, files of `src/` are compiled as they are imported: decorators need more than types taken away. */
export function compileSourceOnImport(): void {
  registerHooks({
    load: (url, context, next) =>
      url.startsWith(SOURCE)
        ? { format: 'module', source: compiled(fileURLToPath(url)), shortCircuit: true }
        : next(url, context),
  });
}

function compiled(filename: string): string {
  return transformSync(readFileSync(filename, 'utf8'), {
    filename,
    swcrc: false,
    configFile: false,
    sourceMaps: 'inline',
    module: { type: 'es6' },
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      target: 'es2023',
      keepClassNames: true,
    },
  }).code;
}

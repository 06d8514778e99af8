import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type BuiltService, bundle } from '../../support/built-service.ts';

/** Another version of the service: one place of one module differs. */
export interface ChangedBuild {
  /** The path of its main.js. */
  readonly main: string;
  remove(): void;
}

/** @throws Error when the file does not have that text once */
export function changedBuild(built: BuiltService, file: string, text: string, replacement: string): ChangedBuild {
  const folder = mkdtempSync(join(tmpdir(), 'changed-service-'));
  cpSync(dirname(dirname(built.main)), folder, { recursive: true, verbatimSymlinks: true });
  const path = join(folder, 'build', file);
  const parts = readFileSync(path, 'utf8').split(text);
  if (parts.length !== 2) throw new Error(`${file} does not have that text once`);
  writeFileSync(path, parts.join(replacement));
  bundle(folder);
  return {
    main: join(folder, 'dist/main.js'),
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

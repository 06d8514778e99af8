import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { apiDescription } from './api-description.ts';
import { environmentExample, environmentReference } from './environment.ts';

/** A file that is made from the source, as it should be. */
export interface GeneratedFile {
  /** From the project's root. */
  readonly path: string;
  readonly content: string;
}

export async function generatedFiles(): Promise<readonly GeneratedFile[]> {
  return [
    { path: 'docs/environment.md', content: environmentReference() },
    { path: '.env.example', content: environmentExample() },
    { path: 'docs/openapi.json', content: await apiDescription() },
  ];
}

/** Where a generated file lies. */
export function locationOf({ path }: GeneratedFile): URL {
  return new URL(`../../${path}`, import.meta.url);
}

/** Whether the file on disk is up to date. */
export function isCurrent(file: GeneratedFile): boolean {
  try {
    return readFileSync(locationOf(file), 'utf8') === file.content;
  } catch {
    return false;
  }
}

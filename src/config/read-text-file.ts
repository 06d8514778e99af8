import { readFileSync, statSync } from 'node:fs';
import { fileError } from './environment/environment-error.ts';

/** A file that a variable names, and its text when the process started. */
export interface ConfiguredFile {
  readonly path: string;
  readonly content: string;
}

/**
 * The text of a file that a variable names. A pipe or a device is refused, as it might never end.
 * @throws EnvironmentError naming the variable, never the content
 */
export function readTextFile(variable: string, path: string, maxBytes: number): string {
  try {
    const file = statSync(path);
    if (file.isFile() && file.size <= maxBytes) return readFileSync(path, 'utf8');
  } catch {
    throw fileError(variable, ['cannot be read']);
  }
  throw fileError(variable, [`must be a file of at most ${maxBytes} bytes`]);
}

/**
 * Parses the content of a variable's file.
 * @throws EnvironmentError without a cause: a JSON error quotes the file, which may hold secrets
 */
export function parseJsonFile(variable: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fileError(variable, ['cannot be read as JSON']);
  }
}

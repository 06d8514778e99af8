import { readFileSync, statSync } from 'node:fs';
import { fileError } from './environment/environment-error.ts';

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

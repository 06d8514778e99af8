import { readFileSync, statSync } from 'node:fs';

/** Why a file that a variable names cannot be used; never its content. */
export class UnusableFile extends Error {}

/**
 * The text of a file. A pipe or a device is refused, as it might never end.
 * @throws UnusableFile
 */
export function readTextFile(path: string, maxBytes: number): string {
  try {
    const file = statSync(path);
    if (file.isFile() && file.size <= maxBytes) return readFileSync(path, 'utf8');
  } catch {
    throw new UnusableFile('cannot be read');
  }
  throw new UnusableFile(`must be a file of at most ${maxBytes} bytes`);
}

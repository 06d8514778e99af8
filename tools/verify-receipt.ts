/**
 * Verifies receipts of erasures offline: `npm run verify-receipt -- <receipt.json> … [--keys <file>]`. The keys are those that the service
 * publishes at `/.well-known/customer-erasure-keys.json`, by default a file `customer-erasure-keys.json` beside the first receipt. Prints a
 * line for each receipt. Ends with 1 when one is not valid, with 2 when a file cannot be read.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { compileSourceOnImport } from './compile-on-import.ts';

compileSourceOnImport();
const { InvalidReceipt, verifiedReceipt } = await import('../src/customer-erasures/verify-receipt.ts');

const USAGE = 'usage: npm run verify-receipt -- <receipt.json> … [--keys <file>]';

/** A file that cannot be read, or is no JSON. */
class InputError extends Error {}

try {
  const { values, positionals } = parseArgs({ options: { keys: { type: 'string' } }, allowPositionals: true });
  const [first] = positionals;
  if (first === undefined) throw new InputError(USAGE);
  const keys = read(values.keys ?? join(dirname(first), 'customer-erasure-keys.json'));
  for (const path of positionals) verifyFile(path, keys);
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

function verifyFile(path: string, keys: unknown): void {
  const receipt = read(path);
  try {
    const { requestId, erasedAt, signature } = verifiedReceipt(receipt, keys);
    process.stdout.write(`${path}: valid, request ${requestId}, erased at ${erasedAt}, key ${signature.keyId}\n`);
  } catch (error) {
    if (!(error instanceof InvalidReceipt)) throw error;
    process.stdout.write(`${path}: not valid: ${error.message}\n`);
    process.exitCode = 1;
  }
}

function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new InputError(`${path}: is no JSON file that can be read`);
  }
}

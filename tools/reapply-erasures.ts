/**
 * Erases again, after Redis was restored from a file, the customers whose receipts lie in a folder:
 * `SERVICE=<url> AUTH='X-Api-Key: <key>' npm run reapply-erasures -- <folder>`. `AUTH` is a header of a caller with the right
 * `customers:erase`. Receipts that are not valid by the keys of the service, and those whose tombstone has ended, are left out. It is safe
 * to repeat. Prints a line for each file that is not erased again, and how many are. Ends with 1 when one has failed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ErasureReceipt } from '../src/customer-erasures/erasure.schema.ts';
import { compileSourceOnImport } from './compile-on-import.ts';

compileSourceOnImport();
const { InvalidReceipt, verifiedReceipt } = await import('../src/customer-erasures/verify-receipt.ts');

/** Each takes some seconds, in which nothing is done but wait. */
const CONCURRENCY = 20;
const TRIES = 5;

const [folder] = process.argv.slice(2);
const service = process.env.SERVICE;
const [, name = '', value = ''] = /^([\w-]+): *(.+)$/.exec(process.env.AUTH ?? '') ?? [];
if (folder === undefined || service === undefined) {
  process.stderr.write(`usage: SERVICE=<url> AUTH='<header>: <value>' npm run reapply-erasures -- <folder>\n`);
  process.exitCode = 2;
} else {
  await reapply(folder, service);
}

async function reapply(folder: string, service: string): Promise<void> {
  const keys: unknown = await (await fetch(`${service}/.well-known/customer-erasure-keys.json`)).json();
  const files = readdirSync(folder).filter((file) => file.endsWith('.json') && file !== 'customer-erasure-keys.json');
  const waiting = files.values();
  const outcomes: string[] = [];
  const work = async (): Promise<void> => {
    for (const file of waiting) {
      const outcome = await handle(join(folder, file), keys, service);
      outcomes.push(outcome);
      if (outcome !== 'erased') process.stdout.write(`${file}: ${outcome}\n`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  const erased = outcomes.filter((outcome) => outcome === 'erased').length;
  process.stdout.write(`${erased} of ${files.length} erased again\n`);
  if (outcomes.some((outcome) => outcome.startsWith('failed') || outcome.startsWith('not valid'))) process.exitCode = 1;
}

/** `erased`, or why not. */
async function handle(path: string, keys: unknown, service: string): Promise<string> {
  try {
    const receipt = verifiedReceipt(JSON.parse(readFileSync(path, 'utf8')), keys);
    if (Date.parse(receipt.tombstoneUntil) < Date.now()) return 'its tombstone has ended';
    return await eraseAgain(receipt, service);
  } catch (error) {
    if (error instanceof InvalidReceipt) return `not valid: ${error.message}`;
    return `failed: ${error instanceof SyntaxError ? 'it is no JSON' : error instanceof Error ? error.name : 'unknown'}`;
  }
}

/** Under another request: the same one would be given its receipt, where Redis still has that. */
async function eraseAgain({ customerId, organisation }: ErasureReceipt, service: string): Promise<string> {
  const headers = { 'content-type': 'application/json', organisation, ...(name !== '' && { [name]: value }) };
  const body = JSON.stringify({ customerId });
  for (let tried = 1; ; tried += 1) {
    const answer = await fetch(`${service}/v1/customer-erasures`, { method: 'POST', headers, body });
    await answer.body?.cancel();
    if (answer.ok) return 'erased';
    if ((answer.status !== 429 && answer.status !== 503) || tried === TRIES) return `failed: ${answer.status}`;
    await sleep(1000 * Number(answer.headers.get('retry-after') ?? 1));
  }
}

/**
 * A consumer that keeps copies of profiles, as a process of its own, which may be killed at any time. It does what docs/changes.md says:
 * `node copying-consumer.ts FILE URLS CUSTOMERS`, the latter two with commas between. All that outlives it is in the file.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CustomerChange } from '../../../src/customer-changes/change.schema.ts';
import { type Copies, type Copy } from './copies.ts';

const CHANGES = '/v1/customer-profile-changes';
const RETRY_MS = 50;
/** Short, so that a poll is seldom under way when the writers have ended. */
const WAIT_SECONDS = 2;

const [file = '', urlList = '', customerList = ''] = process.argv.slice(2);
const urls = urlList.split(',');
const customers = customerList.split(',');

interface Page {
  readonly changes: readonly CustomerChange[];
  readonly cursor: string;
  readonly caughtUp: boolean;
}

interface Gone {
  readonly beginAt: string;
}

let copies = readCopies();
let asked = 0;

/** Asks one process after the other until one answers with one of these statuses. */
async function ask(
  path: string,
  expected: readonly number[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  for (;;) {
    asked += 1;
    try {
      const answer = await fetch(`${urls[asked % urls.length] ?? ''}${path}`, { headers });
      if (expected.includes(answer.status)) return answer;
      await answer.body?.cancel();
    } catch {
      // This process was killed.
    }
    await sleep(RETRY_MS);
  }
}

function readCopies(): Copies | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Copies;
  } catch {
    return null;
  }
}

/** The file is whole whenever this process ends. */
function keep(kept: Copies): void {
  copies = kept;
  writeFileSync(`${file}.draft`, JSON.stringify(kept));
  renameSync(`${file}.draft`, file);
}

async function read(customerId: string, held: Copy | undefined): Promise<Copy> {
  const condition = held?.etag == null ? undefined : { 'if-none-match': held.etag };
  for (;;) {
    const answer = await ask(`/v1/customer-profiles/${customerId}`, [200, 304, 404, 410], condition);
    if (answer.status === 304 && held) {
      await answer.body?.cancel();
      return held;
    }
    try {
      const { name = null, complete } = (await answer.json()) as { name?: string; complete?: boolean };
      // A process that is cut off from Redis knows neither the link nor that the customer was erased, and says that it lacks something.
      if (complete !== false) return { status: answer.status, etag: answer.headers.get('etag'), name };
    } catch {
      // It was killed while it answered.
    }
    await sleep(RETRY_MS);
  }
}

/** Reads all customers, and keeps them with the place from which events count that come afterwards. */
async function readAll(cursor: string): Promise<void> {
  const held: Record<string, Copy> = {};
  for (const customerId of customers) held[customerId] = await read(customerId, copies?.held[customerId]);
  keep({ cursor, isCaughtUp: false, held });
}

async function apply({ id, customerId }: CustomerChange): Promise<void> {
  if (customerId === null) {
    await readAll(id);
    return;
  }
  if (!copies) return;
  const held = { ...copies.held };
  if (customers.includes(customerId)) held[customerId] = await read(customerId, held[customerId]);
  keep({ cursor: id, isCaughtUp: false, held });
}

async function poll(cursor: string): Promise<void> {
  const answer = await ask(`${CHANGES}?cursor=${cursor}&waitSeconds=${WAIT_SECONDS}`, [200, 410]);
  const body: unknown = await answer.json();
  if (answer.status === 410) {
    await readAll((body as Gone).beginAt);
    return;
  }
  const page = body as Page;
  for (const change of page.changes) await apply(change);
  if (copies) keep({ ...copies, cursor: page.cursor, isCaughtUp: page.caughtUp });
}

/** Follows a stream until it ends, or for so many events. */
async function follow(cursor: string, events: number): Promise<void> {
  const answer = await ask(`${CHANGES}?cursor=${cursor}`, [200, 410], { accept: 'text/event-stream' });
  if (answer.status === 410) {
    await readAll(((await answer.json()) as Gone).beginAt);
    return;
  }
  if (!answer.body) return;
  let rest = '';
  let left = events;
  for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const name = /^event: (.*)$/m.exec(block)?.[1];
      const data: unknown = JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? 'null');
      if (name === 'change') await apply(data as CustomerChange);
      if (name === 'bookmark' && copies) {
        const { cursor: place, caughtUp } = data as Page;
        keep({ ...copies, cursor: place, isCaughtUp: caughtUp });
      }
      if (name === 'gone') {
        await readAll((data as Gone).beginAt);
        return;
      }
      if (name === 'change' && (left -= 1) === 0) return;
    }
  }
}

for (;;) {
  try {
    if (!copies) {
      const page = (await (await ask(`${CHANGES}?from=newest`, [200])).json()) as Page;
      await readAll(page.cursor);
    }
    const cursor = copies?.cursor ?? '';
    // One after the other: both are to lead to the same.
    await (asked % 3 === 0 ? follow(cursor, 5) : poll(cursor));
  } catch {
    await sleep(RETRY_MS); // The process that answered was killed.
  }
}

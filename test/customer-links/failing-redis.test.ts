import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import type { Service } from '../support/service.ts';
import {
  exportAll,
  importFile,
  LINKS,
  NDJSON,
  newLink,
  newLinks,
  readLines,
  type ReportLine,
  toLines,
} from './ndjson.ts';

const TIMEOUT_MS = 5000;
/** After a block of lines that failed. */
const PAUSE_MS = 500;
const BREAKER_ASKS_WITHIN_MS = 1200;
const LINES = 2000;

let stage: Stage;
let service: Service;

beforeEach(async () => {
  stage = await openStage();
  service = await stage.service({ REDIS_TIMEOUT_MS: String(TIMEOUT_MS) });
});

afterEach(async () => {
  stage.redis.thaw();
  await stage.close();
});

/** Lets the time of a command pass, or a pause, whenever one is waited for. @returns how many pauses there were */
async function whileTimePasses(work: Promise<unknown>): Promise<number> {
  const isOver = work.then(() => 'over');
  const waited = async (forMs: number): Promise<string> => {
    await service.clock.whenSet((ms) => ms === forMs);
    return forMs === PAUSE_MS ? 'pause' : 'command';
  };
  for (let pauses = 0; ;) {
    const next = await Promise.race([isOver, waited(PAUSE_MS), waited(TIMEOUT_MS)]);
    if (next === 'over') return pauses;
    if (next === 'pause') pauses += 1;
    service.clock.advance(TIMEOUT_MS);
  }
}

async function restOf(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  first: Uint8Array<ArrayBuffer> | undefined,
): Promise<string> {
  const chunks = first ? [first] : [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value);
  return Buffer.concat(chunks).toString();
}

const readReport = (text: string): readonly ReportLine[] => readLines(text) as ReportLine[];

describe('while Redis is away', () => {
  it('everything about links is 503 link_store_unavailable, with Retry-After', async () => {
    await stage.redis.kill();
    for (const [method, path] of [
      ['GET', LINKS],
      ['GET', `${LINKS}?billingCustomerId=3fa85f64-5717-4562-b3fc-2c963f66afa6`],
      ['GET', `${LINKS}/export`],
      ['POST', `${LINKS}/import`],
      ['POST', `${LINKS}/import?dryRun=true`],
      ['GET', `${LINKS}/9876543210`],
      ['DELETE', `${LINKS}/9876543210`],
    ] as const) {
      const headers = method === 'POST' ? { 'content-type': NDJSON } : {};
      const answer = await fetch(service.url + path, { method, headers });
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(await answer.json()).toMatchObject({ code: 'link_store_unavailable', status: 503 });
    }
  });
});

describe('an import during which Redis fails', () => {
  it('names each line that may not have been stored, sums them up, and ends', async () => {
    const links = newLinks(LINES);
    const answer = await fetch(`${service.url}${LINKS}/import`, {
      method: 'POST',
      headers: { 'content-type': NDJSON },
      body: toLines(links),
    });
    const reader = (answer.body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
    const first = await reader.read();
    stage.redis.freeze();
    const rest = restOf(reader, first.value);
    // One pause before each further block; after ten failed blocks the rest is not tried.
    expect(await whileTimePasses(rest)).toBeLessThanOrEqual(9);
    stage.redis.thaw();
    const report = readReport(await rest);
    const outcomes = report.slice(0, -1).map(({ outcome }) => outcome);
    const created = outcomes.indexOf('failed');
    expect(created).toBeGreaterThan(0);
    expect(outcomes).toHaveLength(LINES);
    const failed = outcomes.filter((outcome) => outcome === 'failed').length;
    expect(report.at(-1)?.summary).toMatchObject({ created: LINES - failed, failed, lines: LINES });
    expect(report.find(({ outcome }) => outcome === 'failed')).toMatchObject({ code: 'link_store_unavailable' });

    // Links that were reported as stored are there. The same file again imports the rest, and nothing twice.
    await eventually('Redis is reached', async () => {
      service.clock.advance(BREAKER_ASKS_WITHIN_MS);
      return (await fetch(`${service.url}${LINKS}`)).status === 200;
    });
    const { lines } = await importFile(service.url, toLines(links));
    const again = new Map(lines.map(({ customerId, outcome }) => [customerId, outcome]));
    const lost = report.filter(
      ({ outcome, customerId }) => outcome === 'created' && again.get(customerId) !== 'unchanged',
    );
    expect(lost).toEqual([]);
    expect(lines.at(-1)?.summary).toMatchObject({ failed: 0, replaced: 0, lines: LINES });
    expect((await exportAll(service.url)).links).toHaveLength(LINES);
  });
});

describe('a change that was stored while the profiles could not be invalidated', () => {
  it('is invalidated when any caller stores the same link again', async () => {
    const customer = stage.customer();
    const next = newLink().billingCustomerId;
    const put = (billingCustomerId: string): PromiseLike<unknown> =>
      service.http.put(`${LINKS}/${customer.customerId}`).send({ billingCustomerId });
    await put(customer.billingCustomerId);
    await service.http.get(customer.unlinkedPath).expect(200);
    await eventually('it is cached', async () => (await stage.raw.keys(`customer-profiles:*${customer.customerId}*`)).length > 0); // prettier-ignore
    // As if the process had died between the change and the invalidation.
    const [key = ''] = await stage.raw.keys(`customer-links:*${customer.customerId}*`);
    await stage.raw.hset(key, { billingCustomerId: next, version: '7', pendingInvalidation: '7' });
    const { lines } = await importFile(
      service.url,
      toLines([{ customerId: customer.customerId, billingCustomerId: next }]),
    );
    expect(lines[0]).toMatchObject({ outcome: 'unchanged' });
    const { body } = await service.http.get(customer.unlinkedPath).expect(200);
    expect(body).toMatchObject({ billingCustomerId: next });
    expect(await stage.raw.hget(key, 'pendingInvalidation')).toBeNull();
  });
});

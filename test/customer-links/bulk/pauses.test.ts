import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { RETRY_DELAYS_MS } from '../../../src/customer-links/bulk/bulk-retries.ts';
import { openStage, type Stage } from '../../profile-cache/stage.ts';
import { eventually } from '../../support/eventually.ts';
import type { Service } from '../../support/service.ts';
import { LINKS, linksOf, NDJSON, type NewLink, newLinks, readLines, type ReportLine, toLines } from '../ndjson.ts';
import { storeLinks } from './stored-links.ts';

const BULK_MS = 7000;
const BREAKER_ASKS_WITHIN_MS = 1200;
/** So many that an export is not over when its first page is read. */
const MANY = 30_000;

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
});

beforeEach(async () => {
  // The client gives up a connection on which nothing comes for twice REDIS_TIMEOUT_MS of real time.
  service = await stage.service({ REDIS_TIMEOUT_MS: '6000', BULK_REDIS_TIMEOUT_MS: String(BULK_MS) });
});

afterEach(async () => {
  stage.redis.thaw();
  await service.close();
});

afterAll(() => stage.close());

interface Opened {
  /** What comes until the end; rejects when the connection is cut. */
  rest(): Promise<string>;
  /** What has come so far. */
  readonly received: () => string;
  readonly leave: () => void;
}

/** Sends a request, and reads the first bytes of its answer. */
async function open(path: string, init: RequestInit = {}): Promise<Opened> {
  const left = new AbortController();
  const answer = await fetch(service.url + path, { ...init, signal: left.signal });
  expect(answer.status).toBe(200);
  const reader = (answer.body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  const first = await reader.read();
  const chunks = first.value ? [first.value] : [];
  return {
    received: () => Buffer.concat(chunks).toString(),
    rest: async () => {
      for (let next = await reader.read(); !next.done; next = await reader.read()) chunks.push(next.value);
      return Buffer.concat(chunks).toString();
    },
    leave: () => {
      left.abort();
    },
  };
}

const openImport = (links: readonly NewLink[]): Promise<Opened> =>
  open(`${LINKS}/import`, { method: 'POST', headers: { 'content-type': NDJSON }, body: toLines(links) });

const isCommand = (ms: number): boolean => ms === BULK_MS;
const isPause = (ms: number): boolean => (RETRY_DELAYS_MS as readonly number[]).includes(ms);

/** Resolves when a command of the export or import waits for the Redis that does not answer. */
const commandWaits = (): Promise<void> => service.clock.whenSet(isCommand);

/** The commands that wait time out. The breaker is open then, and a pause has begun. */
async function timeOut(): Promise<void> {
  await commandWaits();
  service.clock.advance(BULK_MS);
  await service.clock.whenSet(isPause);
}

/** Redis answers again, and the breaker has found out. */
async function back(): Promise<void> {
  stage.redis.thaw();
  await eventually('Redis is reached', async () => {
    service.clock.advance(BREAKER_ASKS_WITHIN_MS);
    return (await fetch(`${service.url}${LINKS}?limit=1`)).status === 200;
  });
}

const isOver = (work: Promise<unknown>): Promise<true> =>
  work.then(
    () => true,
    () => true,
  );

/** Lets every pause pass as soon as it begins. @returns how many there were */
async function throughPauses(work: Promise<unknown>): Promise<number> {
  for (let pauses = 0; ; pauses += 1) {
    if (await Promise.race([isOver(work), service.clock.whenSet(isPause)])) return pauses;
    service.clock.advance(Math.max(...RETRY_DELAYS_MS));
  }
}

/** The same while Redis does not answer: a command that is tried after a pause times out as well. */
async function throughTries(work: Promise<unknown>): Promise<number> {
  for (let pauses = 0; ;) {
    if (await Promise.race([isOver(work), service.clock.whenSet((ms) => isPause(ms) || isCommand(ms))])) return pauses;
    if (service.clock.isSet(isPause)) pauses += 1;
    service.clock.advance(BULK_MS);
  }
}

describe('an export', () => {
  let links: readonly NewLink[];

  beforeAll(async () => {
    links = await storeLinks(stage.raw, MANY);
  });

  afterAll(() => stage.raw.flushall());

  it('waits for a page longer than REDIS_TIMEOUT_MS: a pause of Redis changes nothing (E17)', async () => {
    const exporting = await open(`${LINKS}/export`);
    stage.redis.freeze();
    const rest = exporting.rest();
    await commandWaits();
    service.clock.advance(BULK_MS - 1);
    stage.redis.thaw();
    const lines = readLines(await rest);
    expect(lines.at(-1)).toEqual({ exported: MANY });
    expect(linksOf(lines.slice(0, -1))).toBe(toLines(links));
  });

  it('tries a page again when Redis did not answer in time, and has each customer once (E17)', async () => {
    const exporting = await open(`${LINKS}/export`);
    stage.redis.freeze();
    const rest = exporting.rest();
    await timeOut();
    await back();
    expect(await throughPauses(rest)).toBeLessThan(RETRY_DELAYS_MS.length);
    const lines = readLines(await rest) as NewLink[];
    expect(lines.slice(0, -1).map(({ customerId }) => customerId)).toEqual(links.map(({ customerId }) => customerId));
    expect(lines.at(-1)).toEqual({ exported: MANY });
  });

  it('that cannot go on is cut off without its last line, and goes on after the last link that came (E17)', async () => {
    const exporting = await open(`${LINKS}/export`);
    stage.redis.freeze();
    const rest = exporting.rest();
    await timeOut();
    expect(await throughTries(rest)).toBe(RETRY_DELAYS_MS.length);
    await expect(rest).rejects.toThrow();
    await eventually('the log says so', () => service.log.some(({ event }) => event === 'lines_cut_off'));
    expect(service.log.filter(({ level }) => level === 'error')).toEqual([]);

    await back();
    const whole = exporting.received().split('\n').slice(0, -1);
    const begun = whole.map((line) => JSON.parse(line) as NewLink);
    const after = begun.at(-1)?.customerId ?? '';
    const goingOn = await open(`${LINKS}/export?after=${after}`);
    const lines = readLines(await goingOn.rest());
    expect(lines.at(-1)).toEqual({ exported: MANY - begun.length, after });
    expect(linksOf([...begun, ...lines.slice(0, -1)])).toBe(toLines(links));
  });

  it('that cannot go on ends with a reset for a client of HTTP/1.0, to whom an end is a whole file (E17)', async () => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    const ended: string[] = [];
    socket.once('error', ({ code }: NodeJS.ErrnoException) => ended.push(`error ${code}`));
    socket.once('end', () => ended.push('end'));
    socket.write(`GET ${LINKS}/export HTTP/1.0\r\n\r\n`);
    await once(socket, 'readable');
    stage.redis.freeze();
    socket.resume();
    await throughTries(once(socket, 'close').catch(() => undefined));
    expect(ended).toEqual(['error ECONNRESET']);
  });

  it('whose caller leaves in a pause ends at once', async () => {
    const exporting = await open(`${LINKS}/export`);
    stage.redis.freeze();
    const rest = exporting.rest().catch(() => 'cut');
    await timeOut();
    exporting.leave();
    await rest;
    await eventually('no pause is waited for', () => !service.clock.isSet(isPause));
    expect(service.log.filter(({ event }) => event === 'lines_cut_off')).toEqual([]);
  });
});

const LINES = 3000;
const report = (text: string): readonly ReportLine[] => readLines(text) as ReportLine[];

describe('an import', () => {
  afterEach(async () => {
    stage.redis.thaw();
    await stage.raw.flushall();
  });

  it('waits for a line longer than REDIS_TIMEOUT_MS: a pause of Redis changes nothing (E17)', async () => {
    const importing = await openImport(newLinks(LINES));
    stage.redis.freeze();
    const rest = importing.rest();
    await commandWaits();
    service.clock.advance(BULK_MS - 1);
    stage.redis.thaw();
    expect(report(await rest).at(-1)?.summary).toMatchObject({ created: LINES, failed: 0, notTried: 0, lines: LINES });
  });

  it('tries lines again that Redis did not answer in time, and stores each once (E17)', async () => {
    const links = newLinks(LINES);
    const importing = await openImport(links);
    stage.redis.freeze();
    const rest = importing.rest();
    await timeOut();
    await back();
    await throughPauses(rest);
    const { created = 0, unchanged = 0, ...others } = report(await rest).at(-1)?.summary ?? {};
    expect(Number(created) + Number(unchanged)).toBe(LINES);
    expect(others).toEqual({ replaced: 0, refused: 0, failed: 0, notTried: 0, lines: LINES, dryRun: false });
    for (const { customerId } of links.slice(0, 300)) {
      const { body } = await service.http.get(`${LINKS}/${customerId}`).expect(200);
      expect(body).toMatchObject({ history: [] });
    }
  });

  it('gives up when no attempt has an answer: it separates lines that may be stored from lines not tried, and the same file finishes it (E17)', async () => {
    const links = newLinks(LINES);
    const importing = await openImport(links);
    stage.redis.freeze();
    const rest = importing.rest();
    await timeOut();
    expect(await throughTries(rest)).toBe(RETRY_DELAYS_MS.length);
    const lines = report(await rest);
    const outcomes = lines.slice(0, -1).map(({ outcome }) => outcome);
    const count = (wanted: string): number => outcomes.filter((outcome) => outcome === wanted).length;
    const counts = { created: count('created'), failed: count('failed'), notTried: count('not_tried') };
    expect(lines.at(-1)?.summary).toMatchObject({ ...counts, lines: LINES });
    expect(counts.created + counts.failed + counts.notTried).toBe(LINES);
    expect(counts.failed).toBeGreaterThan(0);
    expect(counts.failed).toBeLessThanOrEqual(100);
    expect(outcomes.lastIndexOf('failed')).toBeLessThan(outcomes.indexOf('not_tried'));
    for (const wanted of ['failed', 'not_tried'])
      expect(lines.find(({ outcome }) => outcome === wanted)).toMatchObject({ code: 'link_store_unavailable' });

    await back();
    const stored = new Set(
      (await stage.raw.keys('customer-links:{*')).map((key) => key.slice(0, -1).split(':').at(-1)),
    );
    const wrong = lines.filter(
      ({ outcome, customerId = '' }) =>
        (outcome === 'created' && !stored.has(customerId)) || (outcome === 'not_tried' && stored.has(customerId)),
    );
    expect(wrong).toEqual([]);
    const again = await openImport(links);
    expect(report(await again.rest()).at(-1)?.summary).toMatchObject({
      failed: 0,
      notTried: 0,
      replaced: 0,
      lines: LINES,
    });
    expect((await stage.raw.keys('customer-links:{*')).length).toBe(LINES);
  });

  it('whose caller leaves in a pause ends at once, and makes room for another one', async () => {
    const importing = await openImport(newLinks(LINES));
    const others = [await openImport(newLinks(LINES))];
    stage.redis.freeze();
    const rests = [importing, ...others].map((one) => one.rest().catch(() => 'cut'));
    await timeOut();
    for (const one of [importing, ...others]) one.leave();
    await Promise.all(rests);
    await eventually('no pause is waited for', () => !service.clock.isSet(isPause));
    await back();
    const { status } = await fetch(`${service.url}${LINKS}/import`, { method: 'POST', headers: { 'content-type': NDJSON }, body: '' }); // prettier-ignore
    expect(status).toBe(200);
  });

  it('goes on past lines that Redis refuses permanently', async () => {
    const links = newLinks(3);
    await storeLinks(stage.raw, 1);
    const [key = ''] = await stage.raw.keys('customer-links:{*');
    const place = key.slice(0, key.lastIndexOf(':'));
    await stage.raw.set(`${place}:${links[1]?.customerId}}`, 'no link');
    const importing = await openImport(links);
    expect(report(await importing.rest()).map(({ outcome }) => outcome)).toEqual([
      'created',
      'failed',
      'created',
      undefined,
    ]);
  });
});

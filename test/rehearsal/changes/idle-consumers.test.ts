import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import { eventually } from '../../support/eventually.ts';
import { TestClock } from '../../support/test-clock.ts';
import { type Fleet, type Member, startFleet } from '../../system/fleet/fleet.ts';

const CHANGES = '/v1/customer-profile-changes';
const CONSUMERS = 500;
const SECONDS = 20;
const MEBIBYTE = 1024 * 1024;
/** Shorter than the measurement, so that long polls end and restart during it. */
const WAIT_SECONDS = 10;

const clock = new TestClock();
let fleet: Fleet;
let asked: Member;
let other: Member;

beforeAll(async () => {
  fleet = await startFleet(2);
  [asked, other] = fleet.members as [Member, Member];
  // As many concurrent requests as there will be consumers, so that their fixed cost is in the baseline.
  for (let times = 0; times < 6; times += 1)
    await Promise.all(Array.from({ length: CONSUMERS }, () => asked.read(`${CHANGES}?from=newest`)));
});

afterAll(() => fleet.close());

/** How many scripts Redis has run for its clients. */
async function scripts(): Promise<number> {
  return Number(/cmdstat_eval:calls=(\d+)/.exec(await fleet.raw.info('commandstats'))?.[1]);
}

async function scriptsIn(seconds: number): Promise<number> {
  const before = await scripts();
  await clock.sleep(seconds * 1000);
  return (await scripts()) - before;
}

async function connections(): Promise<number> {
  return Number(/connected_clients:(\d+)/.exec(await fleet.raw.info('clients'))?.[1]);
}

/** What the process has in memory. */
const residentBytes = (): number =>
  1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${asked.process.pid}/status`, 'utf8'))?.[1]);

/** Consumers with a connection of their own each, until they leave. */
interface Consumers {
  /** How many `change` events all of them have received. */
  told(): number;
  leave(): void;
}

/** @param again what one asks after its answer has ended; undefined: nothing */
function consume(first: string, accept: string, again?: (body: string) => string): Consumers {
  let told = 0;
  let hasLeft = false;
  const open = new Set<ClientRequest>();
  const ask = (path: string): void => {
    const asking = request(asked.url + path, { agent: false, headers: { accept } }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text: string) => {
        told += text.match(/"type":"link_changed"/g)?.length ?? 0;
        if (again) body += text;
      });
      answer.on('close', () => {
        open.delete(asking);
        if (!hasLeft && again) ask(again(body));
      });
    });
    open.add(asking);
    asking.on('error', () => open.delete(asking)).end();
  };
  for (let number = 0; number < CONSUMERS; number += 1) ask(first);
  return {
    told: () => told,
    leave: () => {
      hasLeft = true;
      for (const one of open) one.destroy();
    },
  };
}

const KINDS = [
  ['streams', (from: string) => consume(`${CHANGES}?cursor=${from}`, 'text/event-stream')],
  [
    'long polls',
    (from: string) => {
      const path = (cursor: string): string => `${CHANGES}?cursor=${cursor}&waitSeconds=${WAIT_SECONDS}`;
      return consume(path(from), 'application/json', (body) => path((JSON.parse(body) as { cursor: string }).cursor));
    },
  ],
] as const;

describe('500 idle consumers', () => {
  it.each(KINDS)('by %s share the one question a second, have no connection to Redis, and take under 50 MB', async (_kind, start) => {
    const alone = await scriptsIn(SECONDS);
    const connectionsBefore = await connections();
    const bytesBefore = residentBytes();
    const { cursor } = JSON.parse((await asked.read(`${CHANGES}?from=newest`)).text) as { cursor: string };
    const consumers = start(cursor);
    await eventually('all wait', async () => (await asked.counter('customer_changes_waiting')) === CONSUMERS);
    const together = await scriptsIn(SECONDS);
    // One look a second, and what a busy machine has put off from before.
    expect(together - alone).toBeLessThan(2 * SECONDS);
    expect(await connections()).toBeLessThanOrEqual(connectionsBefore);
    expect(residentBytes() - bytesBefore).toBeLessThan(50 * MEBIBYTE);
    const body = JSON.stringify({ billingCustomerId: randomUUID() });
    const headers = { 'content-type': 'application/json' };
    await fetch(`${other.url}/v1/customer-links/${randomUUID()}`, { method: 'PUT', headers, body });
    await eventually('each is told of an event', () => consumers.told() === CONSUMERS);
    consumers.leave();
    await eventually('none waits', async () => (await asked.counter('customer_changes_waiting')) === 0);
  }, 180_000); // prettier-ignore
});

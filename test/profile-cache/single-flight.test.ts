import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import type { Service } from '../support/service.ts';
import {
  EVERY_CONNECTOR_ASKED_ONCE,
  linkedAs,
  openStage,
  type ReadProfile,
  type Stage,
  type StagedCustomer,
} from './stage.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

const ASKED_ONCE = { reseller: 1, ...EVERY_CONNECTOR_ASKED_ONCE };
/** Resolves when the sandbox has been asked for the customer by every source. */
const allAsked = (customer: StagedCustomer): Promise<void> =>
  stage.sandbox.traffic.until(() => customer.requests().length === 12);

const lookups = async (): Promise<number> =>
  Number(/cmdstat_hmget:calls=(\d+)/.exec(await stage.raw.info('commandstats'))?.[1] ?? 0);

describe('concurrent reads of one customer that nobody has read yet', () => {
  it('make one call to each source between them, and all but one say that they were collapsed', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    stage.sandbox.faults.set('reseller', { kind: 'delay', delayMs: 1000 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(service.url + customer.path)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(bodies).size).toBe(1);
    expect(customer.calls()).toEqual(ASKED_ONCE);
    const collapsed = answers.filter(({ headers }) =>
      /; fwd=miss;.*; collapsed;/.test(headers.get('cache-status') ?? ''),
    );
    expect(collapsed).toHaveLength(49);
  });

  it('are not cancelled by one of the callers leaving, not even the first', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_2') });
    stage.sandbox.faults.set('billing', { kind: 'delay', delayMs: 800 });
    const leaver = new AbortController();
    const left = fetch(service.url + customer.path, { signal: leaver.signal });
    await allAsked(customer);
    const before = await lookups();
    const staying = fetch(service.url + customer.path);
    await eventually('the second reader has looked into Redis', async () => (await lookups()) > before);
    // Redis answers in order: after this the second reader has its answer too, and has joined.
    await service.http.get('/v1/customer-profiles/0000-unknown').expect(404);
    leaver.abort();
    await expect(left).rejects.toThrow('aborted');
    const answer = await staying;
    expect(await answer.json()).toMatchObject({ complete: true, billingCustomerId: customer.billingCustomerId });
    expect(customer.calls()).toEqual(ASKED_ONCE);
    expect(customer.requests().filter(({ aborted }) => aborted)).toEqual([]);
  });
});

describe('a read that its last caller has left', () => {
  it('is cancelled: the upstreams see their sockets close', async () => {
    const customer = stage.customer();
    stage.sandbox.faults.set('reseller', { kind: 'hang' });
    stage.sandbox.faults.set('stripe', { kind: 'stall' });
    const leavers = [new AbortController(), new AbortController()];
    const reads = leavers.map(({ signal }) => fetch(service.url + customer.path, { signal }));
    const outcomes = Promise.allSettled(reads);
    await allAsked(customer);
    leavers.forEach((leaver) => {
      leaver.abort();
    });
    await stage.sandbox.traffic.until(() => customer.requests().filter(({ aborted }) => aborted).length === 2);
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const cutOff = customer.requests().filter(({ aborted }) => aborted);
    expect(cutOff.map(({ source }) => source).sort()).toEqual(['reseller', 'stripe']);
  });

  it('leaves no failure behind: the next read asks at once, and only for what was not answered', async () => {
    const customer = stage.customer();
    stage.sandbox.faults.set('stripe', { kind: 'hang' });
    const leaver = new AbortController();
    const left = fetch(service.url + customer.path, { signal: leaver.signal });
    await allAsked(customer);
    await stage.sandbox.traffic.until(
      () => customer.requests().filter(({ status }) => status !== 'none').length === 11,
    );
    leaver.abort();
    await expect(left).rejects.toThrow('aborted');
    await stage.sandbox.traffic.until(() => customer.requests().some(({ aborted }) => aborted));
    stage.sandbox.faults.clear();
    await stage.kept(customer);
    const { body } = await service.http.get(customer.path).expect(200);
    expect(body).toMatchObject({ complete: true });
    expect(customer.calls()).toEqual({ ...ASKED_ONCE, stripe: 2 });
  });

  it('goes on when it refreshes what is stale: the next reader finds it done', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_3') });
    await service.http.get(customer.path).expect(200);
    service.clock.pass(400);
    stage.sandbox.faults.set('stripe', { kind: 'delay', delayMs: 500 });
    const leaver = new AbortController();
    const left = fetch(service.url + customer.path, { signal: leaver.signal });
    await stage.sandbox.traffic.until(() => customer.calls().stripe === 2);
    leaver.abort();
    await expect(left).rejects.toThrow('aborted');
    const { body } = await service.http.get(customer.path).expect(200);
    expect((body as ReadProfile).sources.filter(({ stale }) => stale)).toEqual([]);
    expect(customer.requests().filter(({ aborted }) => aborted)).toEqual([]);
    expect(customer.calls().stripe).toBe(2);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  EVERY_CONNECTOR_ASKED_ONCE,
  linkedAs,
  metric,
  openStage,
  type ReadProfile,
  type Stage,
  type StagedCustomer,
} from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { pass, settled } from '../support/passing-time.ts';
import type { Service } from '../support/service.ts';

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

/** Resolves when that many reads have joined a fetch under way since this was called. */
async function joins(): Promise<(count: number) => Promise<void>> {
  const collapsed = (): Promise<number> => metric(service, 'profile_cache_collapsed_reads_total');
  const before = await collapsed();
  return (count) => eventually(`${count} have joined`, async () => (await collapsed()) - before === count);
}

/** Ends the call, and resolves when the service knows that its caller has left. */
async function leave(leaver: AbortController, left: Promise<unknown>): Promise<void> {
  const departures = (): number => service.log.filter(({ event }) => event === 'caller_left').length;
  const before = departures();
  leaver.abort();
  await expect(left).rejects.toThrow('aborted');
  await eventually('the service knows', () => departures() > before);
}

describe('concurrent first reads of one customer', () => {
  it('make one call to each source between them, and all but one say that they were collapsed', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    const joined = await joins();
    const reads = Array.from({ length: 50 }, () => fetch(service.url + customer.path));
    await joined(49);
    stage.sandbox.faults.clear();
    const answers = await Promise.all(reads);
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
    stage.sandbox.faults.set('billing', { kind: 'hold' });
    const leaver = new AbortController();
    const left = fetch(service.url + customer.path, { signal: leaver.signal });
    await allAsked(customer);
    const joined = await joins();
    const staying = fetch(service.url + customer.path);
    await joined(1);
    await leave(leaver, left);
    stage.sandbox.faults.clear();
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

  it('leaves no failure: the next read fetches at once, and only the sources that gave no answer', async () => {
    const customer = stage.customer();
    stage.sandbox.faults.set('stripe', { kind: 'hang' });
    const leaver = new AbortController();
    const left = fetch(service.url + customer.path, { signal: leaver.signal });
    await allAsked(customer);
    await stage.sandbox.traffic.until(
      () => customer.requests().filter(({ status }) => status !== 'none').length === 11,
    );
    await leave(leaver, left);
    await stage.sandbox.traffic.until(() => customer.requests().some(({ aborted }) => aborted));
    stage.sandbox.faults.clear();
    await settled(service);
    const { body } = await service.http.get(customer.path).expect(200);
    expect(body).toMatchObject({ complete: true });
    expect(customer.calls()).toEqual({ ...ASKED_ONCE, stripe: 2 });
  });

  it('continues when it refreshes stale parts: the next reader finds it done', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_3') });
    await service.http.get(customer.path).expect(200);
    await pass(400_000, service);
    stage.sandbox.faults.set('stripe', { kind: 'hold' });
    const leaver = new AbortController();
    const left = fetch(service.url + customer.path, { signal: leaver.signal });
    await stage.sandbox.traffic.until(() => customer.calls().stripe === 2);
    await leave(leaver, left);
    const joined = await joins();
    const next = fetch(service.url + customer.path);
    await joined(1);
    stage.sandbox.faults.clear();
    const body = await (await next).json();
    expect((body as ReadProfile).sources.filter(({ stale }) => stale)).toEqual([]);
    expect(customer.requests().filter(({ aborted }) => aborted)).toEqual([]);
    expect(customer.calls().stripe).toBe(2);
  });

  it('continues for callers who got stale parts meanwhile', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_4') });
    await service.http.get(customer.path).expect(200);
    await pass(400_000, service);
    stage.sandbox.faults.set('stripe', { kind: 'hold' });
    await service.http.get(customer.path).set('cache-control', 'max-stale').expect(200);
    await stage.sandbox.traffic.until(() => customer.calls().stripe === 2);
    const joined = await joins();
    const leaver = new AbortController();
    const headers = { 'cache-control': 'min-fresh=1' };
    const left = fetch(service.url + customer.path, { headers, signal: leaver.signal });
    await joined(1);
    await leave(leaver, left);
    stage.sandbox.faults.clear();
    await settled(service);
    const answer = await service.http.get(customer.path).expect(200);
    expect(answer.headers['cache-status']).toContain('; hit; ');
    expect((answer.body as ReadProfile).sources.filter(({ stale }) => stale)).toEqual([]);
    expect(customer.requests().filter(({ aborted }) => aborted)).toEqual([]);
  });
});

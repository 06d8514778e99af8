import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { linkedAs, metric, openStage, type Stage, type StagedCustomer } from '../../profile-cache/stage.ts';
import { eventually } from '../../support/eventually.ts';
import { pass, settled, throughWaits } from '../../support/passing-time.ts';
import type { Service } from '../../support/service.ts';
import { parseCacheStatus } from './cache-status-grammar.ts';

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

interface Headers {
  readonly cacheStatus: string;
  readonly age: number;
  readonly maxAge: number;
  readonly complete: string | undefined;
}

async function read(path: string, cacheControl = '', reader = service): Promise<Headers> {
  const request = reader.http.get(path);
  const { headers } = await (cacheControl === '' ? request : request.set('cache-control', cacheControl)).expect(200);
  return {
    cacheStatus: headers['cache-status'] ?? '',
    age: Number(headers.age),
    maxAge: Number(/^private, max-age=(\d+)$/.exec(headers['cache-control'] ?? '')?.[1]),
    complete: headers['profile-complete'],
  };
}

async function cached(): Promise<StagedCustomer> {
  const customer = stage.customer({ stripe: linkedAs('cus_1') });
  await read(customer.path);
  await settled(service);
  return customer;
}

describe('Cache-Status is a structured field in the words of RFC 9211:', () => {
  const expectStatus = async (answer: Promise<Headers>, parameters: object): Promise<void> => {
    const { cacheStatus } = await answer;
    const status = parseCacheStatus(cacheStatus);
    expect(status).toEqual({ cache: 'customer-profiles', parameters: { ttl: expect.any(Number), ...parameters } });
  };

  it('of a miss', async () => {
    await expectStatus(read(stage.customer().path), { fwd: 'miss', 'fwd-status': 200 });
  });

  it('of a hit in the process, and in Redis', async () => {
    const { path } = await cached();
    await expectStatus(read(path), { hit: true, detail: 'local' });
    await pass(3000, service);
    await expectStatus(read(path), { hit: true, detail: 'redis' });
  });

  it('of parts that are fetched because they are stale', async () => {
    const { path } = await cached();
    await pass(400_000, service);
    await expectStatus(read(path), { fwd: 'stale', 'fwd-status': 200 });
  });

  it('of a stale hit, refreshed behind or not; then ttl is negative', async () => {
    const { path } = await cached();
    await pass(400_000, service);
    const { cacheStatus } = await read(path, 'only-if-cached');
    expect(parseCacheStatus(cacheStatus).parameters.ttl).toBeLessThan(0);
    await expectStatus(read(path, 'only-if-cached'), { hit: true, detail: 'stale' });
    await expectStatus(read(path, 'max-stale'), { hit: true, detail: 'refreshing' });
  });

  it('of parts that are fetched because the caller demands it', async () => {
    const { path } = await cached();
    await pass(1, service);
    await expectStatus(read(path, 'no-cache'), { fwd: 'request', 'fwd-status': 200 });
  });

  it('of an entry in which sources are missing', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_2') });
    const query = `?billingCustomerId=${customer.billingCustomerId}`;
    await expectStatus(read(`${customer.unlinkedPath}/connectors/stripe${query}`), { fwd: 'miss', 'fwd-status': 200 });
    await settled(service);
    await expectStatus(read(customer.path), { fwd: 'partial', 'fwd-status': 200 });
  });

  it('of a fetch that another read has begun', async () => {
    const { path, ...customer } = stage.customer();
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    const first = read(path);
    await stage.sandbox.traffic.until(() => customer.requests().length === 12);
    const second = read(path);
    await eventually('it is joined', async () => (await metric(service, 'profile_cache_collapsed_reads_total')) === 1);
    stage.sandbox.faults.clear();
    await expectStatus(second, { fwd: 'miss', 'fwd-status': 200, collapsed: true });
    await expectStatus(first, { fwd: 'miss', 'fwd-status': 200 });
  });

  it.each([
    ['an error', { kind: 'status', status: 501 } as const, { 'fwd-status': 501, detail: 'stripe-upstream_error' }],
    ['a broken connection', { kind: 'reset' } as const, { detail: 'stripe-upstream_error' }],
    ['half an answer', { kind: 'body', body: '{' } as const, { 'fwd-status': 200, detail: 'stripe-malformed' }],
  ])('of %s', async (_title, fault, parameters) => {
    stage.sandbox.faults.set('stripe', fault);
    await expectStatus(throughWaits(service, read(stage.customer().path)), { fwd: 'miss', ...parameters });
  });
});

describe('Age', () => {
  it('is that of the oldest part, also when another one was fetched since', async () => {
    const { path } = await cached();
    await pass(400_000, service);
    expect((await read(path)).age).toBe(400);
    await pass(4_000_000, service);
    expect((await read(path)).age).toBe(0);
  });

  it.each([-7_200_000, 7_200_000])('does not change when the time of day jumps by %i ms (F36, W4)', async (jumpMs) => {
    const jumping = await stage.service();
    const { path } = stage.customer();
    await read(path, '', jumping);
    await settled(jumping);
    await pass(1000, jumping);
    const before = await read(path, '', jumping);
    jumping.clock.jump(jumpMs);
    expect(await read(path, '', jumping)).toEqual(before);
    expect(parseCacheStatus(before.cacheStatus).parameters).toMatchObject({ hit: true, detail: 'local' });
  });
});

describe('Profile-Complete', () => {
  it('is ?1 when every source gave a definite answer, fresh or stale, and ?0 otherwise', async () => {
    const { path } = await cached();
    expect((await read(path)).complete).toBe('?1');
    stage.sandbox.faults.set('stripe', { kind: 'status', status: 501 });
    expect((await read(stage.customer().path)).complete).toBe('?0');
    await pass(400_000, service);
    expect((await read(path)).complete).toBe('?1');
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { isConnector, isOfCustomer, SOURCE_NAMES, type SourceName } from '../../src/config/source-names.ts';
import { openStage, type ReadProfile, sourceOf, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { pass, settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';

/** Every source that is an upstream's, and one connector for all: the link is the request's own here. */
const ASKED: readonly SourceName[] = SOURCE_NAMES.filter(
  (source) => source !== 'billing' && (!isConnector(source) || source === 'stripe'),
);
const SHOWN = SOURCE_NAMES.filter((source) => source === 'billing' || ASKED.includes(source));
const ONCE = Object.fromEntries(ASKED.map((source) => [source, 1]));

let stage: Stage;
let service: Service;
/** A process without copies: it shows what Redis has. */
let other: Service;

beforeAll(async () => {
  stage = await openStage();
  const variables = { BILLING_CONNECTORS: 'stripe' };
  [service, other] = await stage.pair(variables, { ...variables, CACHE_LOCAL_SECONDS: '0' });
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

async function read(path: string, by = service, cacheControl = ''): Promise<ReadProfile> {
  const { body } = await by.http.get(path).set('cache-control', cacheControl).expect(200);
  await settled(by);
  return body as ReadProfile;
}

/** A customer that both processes have read. */
async function known(): Promise<StagedCustomer> {
  const customer = stage.customer();
  const body = await read(customer.path);
  expect(body.sources.map(({ source }) => source)).toStrictEqual(SHOWN);
  expect(await read(customer.path, other)).toStrictEqual(body);
  expect(customer.calls()).toStrictEqual(ONCE);
  return customer;
}

describe.each(ASKED)('%s', (source) => {
  const others = Object.fromEntries(ASKED.filter((name) => name !== source).map((name) => [name, 1]));

  it('is fetched again when it is forgotten, and no other source is', async () => {
    const customer = await known();
    await service.http.delete(`${customer.unlinkedPath}/cache?source=${source}`).expect(204);
    expect((await read(customer.path)).complete).toBe(true);
    await read(customer.path, other);
    expect(customer.calls()).toStrictEqual({ ...others, [source]: 2 });
  });

  it('is fetched again when it is invalidated, and no other source is', async () => {
    const customer = await known();
    await service.http.post('/v1/invalidations').send({ source, mode: 'refetch' }).expect(202);
    await Promise.all([settled(service), settled(other)]);
    expect((await read(customer.path)).complete).toBe(true);
    await read(customer.path, other);
    expect(customer.calls()).toStrictEqual({ ...others, [source]: 2 });
  });
});

describe.each(ASKED.filter((source) => source !== 'reseller'))('%s alone fails:', (source) => {
  it('the answer is incomplete and says so, and it is left alone for a while', async () => {
    stage.sandbox.faults.set(source, { kind: 'status', status: 403 });
    const customer = stage.customer();
    const body = await read(customer.path);
    expect(body.complete).toBe(false);
    expect(sourceOf(body, source)).toMatchObject({ state: 'unauthorised', fetchedAt: null });
    expect(body.sources.filter(({ fetchedAt }) => fetchedAt === null)).toHaveLength(1);
    expect(await read(customer.path)).toStrictEqual(body);
    expect(await read(customer.path, other)).toStrictEqual(body);
    expect(customer.calls()).toStrictEqual(ONCE);
    stage.sandbox.faults.clear();
    await pass(11_000, service, other);
    expect((await read(customer.path)).complete).toBe(true);
    expect(customer.calls()).toStrictEqual({ ...ONCE, [source]: 2 });
  });
});

describe.each(SOURCE_NAMES.filter(isOfCustomer))(
  'a new answer of %s, which is asked by the customer’s id,',
  (source) => {
    const fetchedAt = (body: ReadProfile): string | null | undefined => sourceOf(body, source)?.fetchedAt;

    it.each(['the stored link', 'a named link'])(
      'is in the responses of all links when it came with %s',
      async (link) => {
        const customer = await known();
        const paths = [customer.unlinkedPath, customer.path] as const;
        const [renewedBy, another] = link === 'the stored link' ? paths : ([paths[1], paths[0]] as const);
        const first = await read(another);
        expect(customer.calls()).toStrictEqual(ONCE);
        await pass(5000, service, other);
        const renewed = await read(renewedBy, service, 'no-cache');
        expect(fetchedAt(renewed)).not.toBe(fetchedAt(first));
        for (const by of [service, other]) expect(fetchedAt(await read(another, by))).toBe(fetchedAt(renewed));
        expect(customer.calls()[source]).toBe(2);
      },
    );
  },
);

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { BATCH_MS } from '../../src/profile-refresh/leased-fetches.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { settled, throughWaits } from '../support/passing-time.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { hasMode, heardEachOther, invalidate, LEVELS, setVersion, versionsOf } from './invalidating.ts';

let stage: Stage;
let service: Service;
/** With copies that live long, so that only an invalidation message ends them. */
let other: Service;
let alone: Service;

beforeAll(async () => {
  stage = await openStage();
  [service, other] = await stage.pair({ CACHE_LOCAL_SECONDS: '60' });
  alone = await startService(sandboxVariables(stage.sandbox.url));
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(async () => {
  await alone.close();
  await stage.close();
});

const read = async (
  reader: Service,
  { path }: StagedCustomer,
): Promise<{ body: unknown; status: number; cacheStatus: string }> => {
  const { body, status, headers } = await reader.http.get(path);
  await settled(reader);
  return { body, status, cacheStatus: headers['cache-status'] ?? '' };
};

/** A customer that all have read at version 1, and that has version 2 at the upstreams. */
async function changedCustomer(...readers: readonly Service[]): Promise<StagedCustomer> {
  const customer = stage.customer({ stripe: linkedAs('cus_1') });
  setVersion(stage, customer, 1);
  for (const reader of readers) {
    await read(reader, customer);
    expect((await read(reader, customer)).cacheStatus).toMatch(/detail=local$/);
  }
  setVersion(stage, customer, 2);
  return customer;
}

const cases = LEVELS.flatMap((level) =>
  (hasMode(level.level) ? (['refetch', 'stale'] as const) : (['refetch'] as const)).map((mode) => ({ ...level, mode })),
);

describe.each(cases)('an invalidation of $level ($mode)', ({ level, mode, name, stripe }) => {
  it('makes every process fetch again what it covers, and nothing else', async () => {
    const customer = await changedCustomer(service, other);
    const before = customer.requests().length;
    await invalidate(service, level, customer, mode);
    await heardEachOther(service, other);
    const expected = { name: name ? 2 : 1, stripe: stripe ? 2 : 1 };
    for (const reader of [other, service]) {
      expect(versionsOf((await read(reader, customer)).body)).toEqual(expected);
      expect((await read(reader, customer)).cacheStatus).toMatch(/detail=local$/);
    }
    const asked = new Set(
      customer
        .requests()
        .slice(before)
        .map(({ source }) => source),
    );
    expect({ name: asked.has('reseller'), stripe: asked.has('stripe') }).toEqual({ name, stripe });
    expect(customer.calls()).toMatchObject({ reseller: name ? 2 : 1, stripe: stripe ? 2 : 1 });
  });

  it('does so in a process without Redis', async () => {
    const customer = await changedCustomer(alone);
    await invalidate(alone, level, customer, mode);
    expect(versionsOf((await read(alone, customer)).body)).toEqual({ name: name ? 2 : 1, stripe: stripe ? 2 : 1 });
    expect((await read(alone, customer)).cacheStatus).toMatch(/detail=local$/);
  });

  it(
    mode === 'stale' ? 'leaves the old values in use while the upstreams are down' : 'leaves no old value',
    async () => {
      const customer = await changedCustomer(service, other);
      await invalidate(service, level, customer, mode);
      await heardEachOther(service, other);
      for (const source of ['reseller', 'stripe'] as const)
        stage.sandbox.faults.set(source, { kind: 'status', status: 403 });
      for (const reader of [service, other]) {
        const { body, status } = await read(reader, customer);
        if (mode === 'stale') {
        expect(versionsOf(body)).toEqual({ name: 1, stripe: 1 });
        const stale = (body as { sources: { source: string; stale: boolean }[] }).sources.filter((one) => one.stale);
        expect(stale.map(({ source }) => source)).toEqual([...(name ? ['reseller'] : []), ...(stripe ? ['stripe'] : [])]);
      } else if (name) expect(status).toBe(502);
      else expect(body).toMatchObject({ complete: false, connectors: [{ name: 'stripe', state: 'unauthorised' }, ...Array(10).fill({})] }); // prettier-ignore
      }
    },
  );
});

describe.each(cases)('a slow refresh that began before an invalidation of $level ($mode)', ({ level, mode, name, stripe }) => {
  /** A read by this process. The sources covered by the invalidation have not answered when it is invalidated. */
  async function slowRead(reader: Service): Promise<{ customer: StagedCustomer; ended: () => Promise<void> }> {
    const customer = await changedCustomer();
    setVersion(stage, customer, 1);
    const held = [...(name ? (['reseller'] as const) : []), ...(stripe ? (['stripe'] as const) : [])];
    for (const source of held) stage.sandbox.faults.set(source, { kind: 'hold', times: 1 });
    const slow = reader.http.get(customer.path).then(({ body }) => body as unknown);
    await stage.sandbox.traffic.until(() => customer.requests().length === 12);
    setVersion(stage, customer, 2);
    await invalidate(service, level, customer, mode);
    await heardEachOther(service, other);
    const ended = async (): Promise<void> => {
      stage.sandbox.faults.clear();
      expect(versionsOf(await slow)).toEqual({ name: 1, stripe: 1 });
      await settled(reader);
    };
    return { customer, ended };
  }

  it.each([
    ['the process', () => service],
    ['another process', () => other],
  ])('is in %s not waited for by a read that comes later', async (_which, readerOf) => {
    const { customer, ended } = await slowRead(service);
    // What the slow read has of other sources is written after a moment.
    const late = readerOf().http.get(customer.path).then(({ body }) => body as unknown); // prettier-ignore
    const body = await throughWaits(service, late, BATCH_MS, (ms) => ms === BATCH_MS);
    expect(versionsOf(body)).toMatchObject({ ...(name && { name: 2 }), ...(stripe && { stripe: 2 }) });
    await ended();
  });

  it.each([
    ['the process', () => service],
    ['another process', () => other],
  ])('in %s never writes its result', async (_which, readerOf) => {
    const { customer, ended } = await slowRead(readerOf());
    await ended();
    for (const reader of [service, other]) {
      const versions = versionsOf((await read(reader, customer)).body);
      if (name) expect(versions.name).toBe(2);
      if (stripe) expect(versions.stripe).toBe(2);
    }
  });
}); // prettier-ignore

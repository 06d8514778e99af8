import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { throughWaits } from '../support/passing-time.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { readProfile } from './load.ts';

let stage: Stage;
let alone: Service;
let lost: Service;

beforeAll(async () => {
  stage = await openStage();
  alone = await startService(sandboxVariables(stage.sandbox.url));
  lost = await startService(sandboxVariables(stage.sandbox.url, { REDIS_URL: 'redis://127.0.0.1:1' }));
});

afterAll(async () => {
  await Promise.all([alone.close(), lost.close()]);
  await stage.close();
});

describe('without REDIS_URL', () => {
  it('profiles are kept in the process for as long as Redis would keep them', async () => {
    const customer = stage.customer();
    await readProfile(alone, customer);
    alone.clock.advance(240_000);
    const { cacheStatus, body } = await readProfile(alone, customer);
    expect(cacheStatus).toMatch(/; hit; .*detail=local$/);
    expect(body).toMatchObject({ complete: true });
    expect(customer.calls()).toMatchObject({ reseller: 1, stripe: 1 });
    alone.clock.advance(100_000);
    expect((await readProfile(alone, customer)).cacheStatus).toMatch(/; fwd=stale;/);
    expect(customer.calls()).toMatchObject({ reseller: 2, stripe: 1 });
  });

  it('a profile without billingCustomerId is unlinked, and complete', async () => {
    const { status, body } = await readProfile(alone, { path: stage.customer().unlinkedPath });
    expect(status).toBe(200);
    expect(body).toMatchObject({ billingCustomerId: null, connectors: [], complete: true });
    expect(body.sources).toContainEqual(expect.objectContaining({ source: 'billing', state: 'unlinked' }));
  });
});

describe('with a Redis that does not answer', () => {
  it('a profile that needs the stored link is partial, says why, and never says unlinked (A1)', async () => {
    const customer = stage.customer();
    const { status, body } = await readProfile(lost, { path: customer.unlinkedPath });
    expect(status).toBe(200);
    expect(body).toMatchObject({ billingCustomerId: null, connectors: null, complete: false });
    expect(body.sources).toContainEqual({
      source: 'billing',
      state: 'link_store_unavailable',
      fetchedAt: null,
      stale: false,
    });
    expect(customer.calls()).toEqual({ reseller: 1 });
  });

  it('a profile whose request names the link is complete', async () => {
    const { status, body } = await readProfile(lost, stage.customer());
    expect(status).toBe(200);
    expect(body).toMatchObject({ complete: true });
  });
});

describe('a stored link that is required and cannot be read', () => {
  const KINDS: readonly (readonly [string, () => Promise<Service>])[] = [
    ['there is no Redis', () => Promise.resolve(lost)],
    ['Redis refuses the command', () => refusing()],
    ['Redis is frozen', () => frozen()],
  ];

  async function refusing(): Promise<Service> {
    const service = await stage.service();
    await stage.raw.call('ACL', 'SETUSER', 'default', '-hmget');
    return service;
  }

  async function frozen(): Promise<Service> {
    const service = await stage.service({ REDIS_TIMEOUT_MS: '100' });
    stage.redis.freeze();
    return service;
  }

  afterEach(async () => {
    stage.redis.thaw();
    await stage.raw.call('ACL', 'SETUSER', 'default', '+hmget');
  });

  describe.each(KINDS)('because %s', (_title, make) => {
    it.each([
      ['of a connector', '/connectors/stripe'],
      ['of a profile that requires the link', '?require=billing'],
      ['of a profile that requires a connector', '?require=reseller,stripe'],
      ['of a field that requires a connector', '?fields=connectors.stripe&require=stripe'],
    ])('is blamed with 503 and Retry-After in the answer %s (A1)', async (_route, more) => {
      const service = await make();
      const customer = stage.customer();
      const read = service.http.get(customer.unlinkedPath + more);
      const { status, headers, body } = await throughWaits(service, read, 100, (ms) => ms === 100);
      expect({ status, body }).toMatchObject({
        status: 503,
        body: { code: 'link_store_unavailable', source: 'billing', state: 'link_store_unavailable' },
      });
      expect(headers['retry-after']).toBe('10');
      expect(customer.calls()).not.toHaveProperty('stripe');
    });
  });
});

describe('links without a Redis, not configured or not answering,', () => {
  it.each([
    ['not configured', () => alone],
    ['not answering', () => lost],
  ])('answer 503 link_store_unavailable with Retry-After: %s', async (_title, service) => {
    const { customerId, billingCustomerId } = stage.customer();
    const url = `/v1/customer-links/${customerId}`;
    for (const request of [
      service().http.get(url),
      service().http.put(url).send({ billingCustomerId }),
      service().http.delete(url),
    ]) {
      const { status, headers, body } = await request;
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'link_store_unavailable' });
      expect(headers['retry-after']).toBe('5');
    }
  });
});

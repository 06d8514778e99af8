import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { keptCustomer } from '../profile-cache/kept-customer.ts';
import { linkedAs, openStage, sourceOf, type Stage } from '../profile-cache/stage.ts';
import { pass, settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({ CACHE_REFRESH_WAIT_MS: '0' });
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

describe('a read of stale parts', () => {
  it('is answered with the stale value, marked, and refreshed once in the background for any number of reads', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const first = await service.http.get(customer.path).expect(200);
    await pass(600_000, service);
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    for (let read = 0; read < 3; read += 1) {
      const { body, headers } = await service.http.get(customer.path).expect(200);
      expect(headers['cache-status']).toMatch(/^customer-profiles; hit; ttl=-\d+; detail=refreshing$/);
      expect(headers['cache-control']).toBe(`private, max-age=${String(headers.age)}`);
      expect(sourceOf(body, 'reseller')).toMatchObject({ state: 'ok', stale: true });
      expect(sourceOf(body, 'reseller')).not.toHaveProperty('lastAttempt');
      expect(sourceOf(body, 'adyen')).toMatchObject({ state: 'not_linked', stale: false });
      expect(body).toMatchObject({ name: first.body.name, complete: true });
    }
    stage.sandbox.faults.clear();
    await settled(service);
    const { headers } = await service.http.get(customer.path).expect(200);
    expect(headers['cache-status']).toMatch(/; hit; ttl=\d+; /);
    expect(customer.calls()).toMatchObject({ reseller: 2, stripe: 2, adyen: 1 });
  });

  it('waits for the sources when a part is past CACHE_STALE_SECONDS: there is nothing to answer with', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).expect(200);
    await pass(86_500_000, service);
    const { headers, body } = await service.http.get(customer.path).expect(200);
    expect(headers['cache-status']).toMatch(/; fwd=stale;/);
    expect(sourceOf(body, 'reseller')).toMatchObject({ stale: false });
  });

  it('is 404 from the refresh on when the customer is no longer known', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).expect(200);
    await pass(600_000, service);
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 404 });
    await service.http.get(customer.path).expect(200);
    await settled(service);
    await service.http.get(customer.path).expect(404);
    expect(customer.calls()).toMatchObject({ reseller: 2 });
  });
});

describe('closing the service', () => {
  it('waits for a refresh in the background, which is then stored', async () => {
    const [closing, idle] = await stage.pair({ CACHE_REFRESH_WAIT_MS: '0' });
    const customer = stage.customer();
    await closing.http.get(customer.path).expect(200);
    await pass(600_000, closing);
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    await closing.http.get(customer.path).expect(200);
    const closed = closing.app.close();
    // It takes the same steps, and has nothing to wait for.
    await idle.close();
    stage.sandbox.faults.clear();
    await closed;
    expect(customer.requests().filter(({ aborted }) => aborted)).toEqual([]);
    expect(customer.calls()).toMatchObject({ reseller: 2 });
    const entry = await keptCustomer(stage.raw, customer);
    expect(entry?.parts.reseller?.fetchedAt).toBe(closing.clock.now());
  });
});

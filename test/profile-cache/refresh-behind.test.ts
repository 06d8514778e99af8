import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { type Service } from '../support/service.ts';
import { linkedAs, openStage, sourceOf, type Stage } from './stage.ts';

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

describe('a read of what is past its time', () => {
  it('is answered with the stale value, called stale, and refreshed once behind however many read', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const first = await service.http.get(customer.path).expect(200);
    service.clock.pass(600);
    stage.sandbox.faults.set('reseller', { kind: 'delay', delayMs: 300 });
    for (let read = 0; read < 3; read += 1) {
      const { body, headers } = await service.http.get(customer.path).expect(200);
      expect(headers['cache-status']).toMatch(/^customer-profiles; hit; ttl=-\d+; detail=refreshing$/);
      expect(headers['cache-control']).toBe(`private, max-age=${String(headers.age)}`);
      expect(sourceOf(body, 'reseller')).toMatchObject({ state: 'ok', stale: true });
      expect(sourceOf(body, 'reseller')).not.toHaveProperty('lastAttempt');
      expect(sourceOf(body, 'adyen')).toMatchObject({ state: 'not_linked', stale: false });
      expect(body).toMatchObject({ name: first.body.name, complete: true });
    }
    await eventually('the refresh is done', async () => {
      const { headers } = await service.http.get(customer.path);
      return /; hit; ttl=\d+; /.test(headers['cache-status'] ?? '');
    });
    expect(customer.calls()).toMatchObject({ reseller: 2, stripe: 2, adyen: 1 });
  });

  it('waits for the sources when a part is past CACHE_STALE_SECONDS: there is nothing to answer with', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).expect(200);
    service.clock.pass(86_500);
    const { headers, body } = await service.http.get(customer.path).expect(200);
    expect(headers['cache-status']).toMatch(/; fwd=stale;/);
    expect(sourceOf(body, 'reseller')).toMatchObject({ stale: false });
  });

  it('is 404 from the refresh on when the customer is no longer known', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).expect(200);
    service.clock.pass(600);
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 404 });
    await service.http.get(customer.path).expect(200);
    await eventually('the 404 is known', async () => (await service.http.get(customer.path)).status === 404);
    expect(customer.calls()).toMatchObject({ reseller: 2 });
  });
});

describe('closing the service', () => {
  it('waits for the refresh behind an answer, which is then kept', async () => {
    const closing = await stage.service({ CACHE_REFRESH_WAIT_MS: '0' });
    const customer = stage.customer();
    await closing.http.get(customer.path).expect(200);
    await stage.kept(customer);
    closing.clock.pass(600);
    stage.sandbox.faults.set('reseller', { kind: 'delay', delayMs: 300 });
    await closing.http.get(customer.path).expect(200);
    await closing.close();
    expect(customer.requests().filter(({ aborted }) => aborted)).toEqual([]);
    expect(customer.calls()).toMatchObject({ reseller: 2 });
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { pass, settled } from '../support/passing-time.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { linkedAs, openStage, type Stage } from './stage.ts';

let stage: Stage;
let service: Service;
let other: Service;

beforeAll(async () => {
  stage = await openStage();
  [service, other] = await stage.pair();
});

afterEach(() => {
  stage.sandbox.faults.clear();
});

afterAll(() => stage.close());

describe('a customer that the reseller no longer knows (F19)', () => {
  it('is 404 at once, and without a call for CACHE_NOT_FOUND_SECONDS', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).expect(200);
    await pass(400_000, service);
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 404 });
    await service.http.get(customer.path).expect(404);
    stage.sandbox.faults.clear();
    await pass(0.9 * 30_000 - 1, service);
    await service.http.get(customer.path).expect(404);
    expect(customer.calls()).toMatchObject({ reseller: 2 });
    await pass(0.2 * 30_000 + 1, service);
    await service.http.get(customer.path).expect(200);
    expect(customer.calls()).toMatchObject({ reseller: 3 });
  });

  it('loses all cached parts, also those under another billing customer', async () => {
    const customer = stage.customer();
    const link = stage.customer({ stripe: linkedAs('cus_1') });
    const otherPath = `${customer.unlinkedPath}?billingCustomerId=${link.billingCustomerId}`;
    await service.http.get(otherPath).expect(200);
    await service.http.get(customer.path).expect(200);
    await pass(400_000, service);
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 404 });
    await service.http.get(customer.path).expect(404);
    await settled(service);
    stage.sandbox.faults.clear();
    // That there is no such customer is known under every link, for a while.
    await service.http.get(otherPath).expect(404);
    await pass(33_001, service);
    await service.http.get(otherPath).expect(200);
    expect(link.calls()).toMatchObject({ stripe: 2, adyen: 2 });
  });

  it('loses everything in the process itself too, where there is no Redis', async () => {
    const alone = await startService(sandboxVariables(stage.sandbox.url));
    const customer = stage.customer();
    const link = stage.customer({ stripe: linkedAs('cus_1') });
    const otherPath = `${customer.unlinkedPath}?billingCustomerId=${link.billingCustomerId}`;
    await alone.http.get(otherPath).expect(200);
    await alone.http.get(customer.path).expect(200);
    await pass(400_000, alone);
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 404 });
    await alone.http.get(customer.path).expect(404);
    await settled(alone);
    stage.sandbox.faults.clear();
    await alone.http.get(otherPath).expect(404);
    await pass(33_001, alone);
    await alone.http.get(otherPath).expect(200);
    expect(link.calls()).toMatchObject({ stripe: 2, adyen: 2 });
    await alone.close();
  });

  it('is 404 in other processes as soon as their own copies end, without a call', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).expect(200);
    await settled(service);
    await other.http.get(customer.path).expect(200);
    await pass(400_000, service, other);
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 404 });
    await service.http.get(customer.path).expect(404);
    await settled(service);
    await other.http.get(customer.path).expect(404);
    expect(customer.calls()).toMatchObject({ reseller: 2 });
  });

  it('is not taken from a 404 that the gateway in front speaks for itself', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).expect(200);
    await pass(400_000, service);
    stage.sandbox.faults.set('reseller', {
      kind: 'status',
      status: 404,
      body: { error_code: '404000', message: 'no route' },
    });
    const { body } = await service.http.get(customer.path).expect(200);
    expect(body.sources[0]).toMatchObject({ source: 'reseller', state: 'ok', stale: true });
  });
});

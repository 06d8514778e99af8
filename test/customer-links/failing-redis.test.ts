import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import type { Service } from '../support/service.ts';
import { importFile, LINKS, NDJSON, newLink, toLines } from './ndjson.ts';

const TIMEOUT_MS = 5000;

let stage: Stage;
let service: Service;

beforeEach(async () => {
  stage = await openStage();
  service = await stage.service({ REDIS_TIMEOUT_MS: String(TIMEOUT_MS) });
});

afterEach(async () => {
  stage.redis.thaw();
  await stage.close();
});

describe('while Redis is away', () => {
  it('everything about links is 503 link_store_unavailable, with Retry-After', async () => {
    await stage.redis.kill();
    for (const [method, path] of [
      ['GET', LINKS],
      ['GET', `${LINKS}?billingCustomerId=3fa85f64-5717-4562-b3fc-2c963f66afa6`],
      ['GET', `${LINKS}/export`],
      ['POST', `${LINKS}/import`],
      ['POST', `${LINKS}/import?dryRun=true`],
      ['GET', `${LINKS}/9876543210`],
      ['DELETE', `${LINKS}/9876543210`],
    ] as const) {
      const headers = method === 'POST' ? { 'content-type': NDJSON } : {};
      const answer = await fetch(service.url + path, { method, headers });
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(await answer.json()).toMatchObject({ code: 'link_store_unavailable', status: 503 });
    }
  });
});

describe('a change that was stored while the profiles could not be invalidated', () => {
  it('is invalidated when any caller stores the same link again', async () => {
    const customer = stage.customer();
    const next = newLink().billingCustomerId;
    const put = (billingCustomerId: string): PromiseLike<unknown> =>
      service.http.put(`${LINKS}/${customer.customerId}`).send({ billingCustomerId });
    await put(customer.billingCustomerId);
    await service.http.get(customer.unlinkedPath).expect(200);
    await eventually('it is cached', async () => (await stage.raw.keys(`customer-profiles:*${customer.customerId}*`)).length > 0); // prettier-ignore
    // As if the process had died between the change and the invalidation.
    const [key = ''] = await stage.raw.keys(`customer-links:*${customer.customerId}*`);
    await stage.raw.hset(key, { billingCustomerId: next, version: '7', pendingInvalidation: '7' });
    const { lines } = await importFile(
      service.url,
      toLines([{ customerId: customer.customerId, billingCustomerId: next }]),
    );
    expect(lines[0]).toMatchObject({ outcome: 'unchanged' });
    const { body } = await service.http.get(customer.unlinkedPath).expect(200);
    expect(body).toMatchObject({ billingCustomerId: next });
    expect(await stage.raw.hget(key, 'pendingInvalidation')).toBeNull();
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { customer } from '../../sandbox/customers.ts';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

let redis: LocalRedis;
let sandbox: Sandbox;
let service: Service;

beforeAll(async () => {
  [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
  service = await startService(sandboxVariables(sandbox.url, { REDIS_URL: redis.url }));
});

afterAll(async () => {
  await service.close();
  await Promise.all([sandbox.close(), redis.kill()]);
});

const profileUrl = (slug: string): string => {
  const { resource, billingCustomerId } = customer(slug);
  const query = billingCustomerId === null ? '' : `?billingCustomerId=${billingCustomerId}`;
  return `/v1/customer-profiles/${encodeURIComponent(resource.customerId)}${query}`;
};

describe('GET /v1/customer-profiles/{customerId}', () => {
  it('answers the seed’s customer merged with all eleven connectors', async () => {
    const { status, body } = await service.http.get(profileUrl('fully-linked'));
    expect(status).toBe(200);
    expect(body).toMatchObject({ customerId: '9876543210', name: 'Fairmont', complete: true });
  });
});

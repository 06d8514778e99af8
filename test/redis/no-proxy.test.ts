import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openStage, type Stage } from '../profile-cache/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage.close());

it('Redis is reached without the proxy for outbound calls (C9)', async () => {
  // Nothing listens there.
  const proxied = await stage.service({ UPSTREAM_PROXY_URL: 'http://127.0.0.1:9' });
  const { body } = await proxied.http.get('/health/dependencies').expect(200);
  expect(body.redis).toMatchObject({ state: 'ready', subscribed: true });
  const customer = stage.customer();
  await proxied.http.get(customer.path).expect(503);
  expect(customer.requests()).toEqual([]);
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { type Relay, startRelay } from '../redis/parts.ts';
import { eventually } from '../support/eventually.ts';

let stage: Stage;
let relay: Relay;

beforeAll(async () => {
  stage = await openStage();
  relay = await startRelay(stage.redis.port);
});

afterAll(async () => {
  stage.redis.thaw();
  await stage.close();
  await relay.close();
});

it('writes what a request fetches that the server was still answering when it began to close (X2)', async () => {
  const service = await stage.service({ REDIS_URL: `redis://127.0.0.1:${relay.port}` });
  const customer = stage.customer();
  const before = relay.roundTrips();
  stage.redis.freeze();
  const read = service.http.get(customer.path).then(({ status }) => status);
  await eventually('Redis is asked for the customer', () => relay.roundTrips() > before);
  const closing = service.close();
  // The refreshes under way have been waited for: there was none.
  await eventually('the server accepts no more', () => !service.app.getHttpServer().listening);
  expect(customer.requests()).toEqual([]);
  stage.redis.thaw();
  expect(await read).toBe(200);
  await closing;
  await stage.kept(customer);
});

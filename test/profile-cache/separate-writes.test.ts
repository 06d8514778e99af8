import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RedisCustomerWrites } from '../../src/profile-cache/customer-hash/redis-customer-writes.ts';
import { BATCH_MS } from '../../src/profile-refresh/leased-fetches.ts';
import { RedisUnavailable } from '../../src/redis/redis-errors.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({ CACHE_LOCAL_SECONDS: '60' });
});

afterAll(() => stage.close());

it('a late answer of Redis to an earlier write does not take back what a later write of this process has', async () => {
  const writes = service.app.get(RedisCustomerWrites, { strict: false });
  const write = writes.write.bind(writes);
  const answer = Promise.withResolvers<undefined>();
  let begun = 0;
  writes.write = async (...args) => {
    begun += 1;
    if (begun > 1) {
      answer.resolve(undefined);
      // Enough turns of the event loop for what the answer begins.
      for (let turn = 0; turn < 5; turn += 1) await nextTurn();
      throw new RedisUnavailable('lost');
    }
    const written = await write(...args);
    await answer.promise;
    return written;
  };
  const customer = stage.customer();
  stage.sandbox.faults.set('reseller', { kind: 'hold' });
  const read = service.http
    .get(customer.unlinkedPath)
    .expect(200)
    .then(() => true);
  await stage.sandbox.traffic.until(() => customer.calls().reseller === 1);
  await eventually('the link is written by itself', () => {
    service.clock.advance(BATCH_MS);
    return begun === 1;
  });
  stage.sandbox.faults.clear();
  await read;
  await settled(service);
  const { body } = await service.http.get(`${customer.unlinkedPath}/explanation`).expect(200);
  const { parts } = body as { parts: readonly { source: string; state: string }[] };
  expect(parts.slice(0, 2).map(({ source, state }) => [source, state])).toEqual([
    ['reseller', 'ok'],
    ['billing', 'unlinked'],
  ]);
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { ProfileWrites } from '../../src/profile-cache/profile-writes.ts';
import { linkedAs, openStage, type Stage } from '../profile-cache/stage.ts';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
});

afterAll(() => stage.close());

it('a cold read is answered before what it has fetched is encoded for Redis', async () => {
  const order: string[] = [];
  const server = service.app.getHttpServer();
  server.on('request', (_request: IncomingMessage, answer: ServerResponse) => {
    answer.once('finish', () => order.push('answered'));
  });
  const writes = service.app.get(ProfileWrites, { strict: false });
  const write = writes.write.bind(writes);
  writes.write = (...args) => {
    order.push('written');
    return write(...args);
  };
  stage.sandbox.faults.set('reseller', { kind: 'hold' });
  const customer = stage.customer({ stripe: linkedAs('cus_1') });
  const read = service.http
    .get(customer.path)
    .expect(200)
    .then(() => true);
  await stage.sandbox.traffic.until(() => customer.calls().reseller === 1);
  stage.sandbox.faults.clear();
  await read;
  await settled(service);
  expect(order).toEqual(['answered', 'written']);
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CONNECTOR_NAMES } from '../../src/config/connector-names.ts';
import { type HeldAnswers, startHeldAnswers } from '../redis/held-answers.ts';
import { eventually } from '../support/eventually.ts';
import { quietBackground, settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let answers: HeldAnswers;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  answers = await startHeldAnswers(stage.redis.port);
  service = await stage.service({ REDIS_URL: `redis://127.0.0.1:${answers.port}` });
  await quietBackground(service);
  // The scripts and the token are known then.
  await service.http.get(stage.customer().path).expect(200);
  await settled(service);
});

interface Explained {
  readonly cache: object;
  readonly parts: readonly { readonly refresh: { readonly why: string } }[];
}

afterAll(async () => {
  answers.pass();
  await stage.close();
  await answers.close();
});

it('a process does not take what it has just written for lost, when Redis was asked before the write', async () => {
  const customer = stage.customer();
  stage.sandbox.faults.set('reseller', { kind: 'hold' });
  const read = service.http.get(customer.unlinkedPath).then(({ status }) => status);
  await stage.sandbox.traffic.until(() => customer.calls().reseller === 1);
  answers.hold();
  const explained = service.http.get(`${customer.unlinkedPath}/explanation`).then(({ body }) => body as Explained);
  await eventually('Redis has said that it has nothing', () => answers.waiting());
  stage.sandbox.faults.clear();
  expect(await read).toBe(200);
  const keys = (): Promise<string[]> => stage.raw.keys(`customer-profiles:*{*:${customer.customerId}}`);
  await eventually('the fetched parts are written', async () => (await keys()).length > 0);
  // Redis's answers to the explanation and to the write come at once.
  answers.pass();
  const { cache, parts } = await explained;
  expect({ cache, refreshes: parts.map(({ refresh }) => refresh.why) }).toEqual({
    cache: { level: 'local', redis: 'answered' },
    refreshes: ['fresh', 'fresh', ...CONNECTOR_NAMES.map(() => 'no_link')],
  });
});

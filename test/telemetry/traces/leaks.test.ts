import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { linkedAs, openStage, type Stage } from '../../profile-cache/stage.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { routesOf } from '../../support/routes.ts';
import { type Service } from '../../support/service.ts';
import { found } from '../canaries.ts';
import { exported, tracedTo } from './tracing.ts';

const MARK = 'zq7';
/** They answer for as long as they are listened to, or are never traced. */
const LEFT_OUT = /^\/(?:health|metrics|v1\/customer-profile-changes)/;

let stage: Stage;
let receiver: OtlpReceiver;
let service: Service;

beforeAll(async () => {
  [stage, receiver] = await Promise.all([openStage(), startOtlpReceiver()]);
  service = await stage.service(tracedTo(receiver, { LINK_RESOLVERS: 'request,link-store' }));
});

afterAll(async () => {
  await stage.close();
  await receiver.close();
});

it('no span of any route holds an id, a URL, an argument of a script, a key or a value', async () => {
  const customer = stage.customer({ stripe: linkedAs(`cus_${MARK}`) });
  const { customerId, billingCustomerId } = customer;
  const link = `/v1/customer-links/${customerId}`;
  await service.http.put(link).send({ billingCustomerId }).expect(201);
  const profile = await service.http.get(customer.unlinkedPath).expect(200);
  const values = profile.body as { readonly name: string; readonly email: string };
  await service.http.get(`/v1/customers?stripe=cus_${MARK}`);
  await service.http
    .post('/v1/customer-profiles/batch-get')
    .send({ customerIds: [customerId] })
    .expect(200);
  await service.http.get(link).expect(200);
  await service.http.delete(link).expect(204);
  for (const { method, path } of routesOf(service)) {
    if (LEFT_OUT.test(path) || path === '*') continue;
    const url = path.replaceAll(/:\w+/g, customerId);
    const verb = method.toLowerCase() as 'get';
    await service.http[verb](`${url}?${MARK}=${MARK}`)
      .set({ 'x-request-id': MARK, 'user-agent': MARK, tracestate: `${MARK}=1`, baggage: `${MARK}=1` })
      .set({ forwarded: `for=${MARK}`, organisation: MARK })
      .send(['get', 'head'].includes(verb) ? undefined : { [MARK]: MARK });
  }
  const spans = await exported(service, receiver);
  const names = new Set(spans.map(({ name }) => name));
  expect([...names].filter((name) => name.startsWith('redis ')).length).toBeGreaterThan(3);
  expect(names).toContain('PUT /v1/customer-links/{customerId}');
  const canaries = [MARK, customerId, billingCustomerId, stage.scope, values.name, values.email];
  for (const one of canaries) expect(one.length).toBeGreaterThan(2);
  const { host } = new URL(service.url);
  const urls = [
    host,
    new URL(stage.sandbox.url).host,
    new URL(stage.redis.url).host,
    'customer-profiles:',
    'redis.call',
  ];
  expect(found([...canaries, ...urls], receiver.text)).toEqual([]);
});

import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ERASURE_VARIABLES, passInSteps, waitMsOf } from '../../customer-erasures/erasing.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../../profile-cache/stage.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { settled } from '../../support/passing-time.ts';
import { routesOf } from '../../support/routes.ts';
import { organisationAt, type Service } from '../../support/service.ts';
import { found } from '../canaries.ts';
import { exported, tracedTo } from './tracing.ts';

const MARK = 'zq7';
const BILLING_MARK = `cus_${MARK}`;
/** What a caller may send with any request; the organisation is in the headers of each request, too. */
const MARKED = {
  ...{ 'x-request-id': MARK, 'user-agent': MARK, tracestate: `${MARK}=1`, baggage: `${MARK}=1` },
  forwarded: `for=${MARK}`,
};
const ERASURE = randomUUID();

let stage: Stage;
let receiver: OtlpReceiver;
let service: Service;
let organisation: string;

beforeAll(async () => {
  [stage, receiver] = await Promise.all([openStage(), startOtlpReceiver()]);
  const variables = { LINK_RESOLVERS: 'request,link-store', ...ERASURE_VARIABLES };
  service = await stage.service(tracedTo(receiver, variables));
  organisation = organisationAt(stage.sandbox.url).id;
});

afterAll(async () => {
  await stage.close();
  await receiver.close();
});

/** A request that a route answers well, and the status of its answer. */
interface Asked {
  readonly route: string;
  readonly status: number;
  readonly query?: string;
  readonly body?: object | string;
}

/** One request for each route, ordered so that each finds its subject. */
const asks = ({ customerId, billingCustomerId }: StagedCustomer): readonly Asked[] => [
  { route: 'PUT /v1/customer-links/:customerId', status: 201, body: { billingCustomerId } },
  {
    route: 'POST /v1/customer-links/import',
    status: 200,
    body: `${JSON.stringify({ customerId, billingCustomerId })}\n`,
  },
  { route: 'GET /v1/customer-links/:customerId', status: 200 },
  { route: 'GET /v1/customer-links', status: 200, query: `billingCustomerId=${billingCustomerId}` },
  { route: 'GET /v1/customer-links/export', status: 200, query: `after=${customerId}` },
  { route: 'GET /v1/customer-profiles/:customerId', status: 200, query: `billingCustomerId=${billingCustomerId}` },
  { route: 'GET /v1/customer-profiles/:customerId', status: 200, query: 'fields=name,email,sources' },
  { route: 'GET /v1/customer-profiles/:customerId/connectors', status: 200 },
  { route: 'GET /v1/customer-profiles/:customerId/connectors/:name', status: 200 },
  { route: 'GET /v1/customer-profiles/:customerId/explanation', status: 200, query: 'values=true' },
  { route: 'POST /v1/customer-profiles/batch-get', status: 200, body: { customerIds: [customerId] } },
  { route: 'GET /v1/customer-profiles', status: 200, query: `connector=stripe&referenceId=${BILLING_MARK}` },
  { route: 'GET /v1/customer-profile-changes', status: 200, query: `customerId=${customerId}&waitSeconds=0` },
  { route: 'POST /v1/invalidations', status: 202, body: { customerIds: [customerId] } },
  { route: 'DELETE /v1/customer-profiles/:customerId/cache', status: 204, query: 'source=stripe' },
  { route: 'DELETE /v1/customer-links/:customerId', status: 204 },
  { route: 'GET /v1/caller', status: 200 },
  { route: 'GET /.well-known/customer-erasure-keys.json', status: 200 },
  { route: 'POST /v1/customer-erasures', status: 200, body: { customerId, requestId: ERASURE } },
  { route: 'GET /v1/customer-erasures/:customerId', status: 200 },
  { route: 'DELETE /v1/customer-erasures/:customerId', status: 204 },
];

/** Files and untraced routes. */
const LEFT_OUT = /^(?:\*|\/(?:health|metrics|docs|console|openapi\.json).*)$/;
const isErasure = (ms: number): boolean => ms === waitMsOf();

it('no span of any route holds an id, a URL, an argument of a script, a key or a value', async () => {
  const customer = stage.customer({ stripe: linkedAs(BILLING_MARK) });
  const { customerId, billingCustomerId } = customer;
  const asked = asks(customer);
  const send = async (
    route: string,
    query: string,
    body?: object | string,
  ): Promise<{ status: number; text: string }> => {
    const [method = '', path = ''] = route.split(' ');
    const url = path.replace(':name', 'stripe').replace(/:\w+/, customerId);
    const request = service.http[method.toLowerCase() as 'get'](`${url}?${query}`).set({ ...MARKED, organisation });
    if (typeof body === 'string') void request.set('content-type', 'application/x-ndjson');
    const answer = request.send(body).then(({ status, text }) => ({ status, text }));
    if (typeof body === 'object' && 'requestId' in body) {
      await service.clock.whenSet(isErasure);
      await passInSteps(waitMsOf(), [service]);
    }
    return answer;
  };

  let told = '';
  for (const { route, status, query = '', body } of asked) {
    const answer = await send(route, query, body);
    expect({ route, ...answer }).toMatchObject({ route, status });
    told += answer.text;
    await settled(service);
  }
  // Refused and unknown requests.
  const taken = new Set<string>();
  for (const { method, path } of routesOf(service)) {
    if (LEFT_OUT.test(path)) continue;
    const isBare = method === 'GET' || method === 'HEAD';
    const { status } = await send(`${method} ${path}`, `${MARK}=${MARK}`, isBare ? undefined : { [MARK]: MARK });
    if (status !== 405 && method !== 'HEAD') taken.add(`${method} ${path}`);
  }
  expect([...taken].sort()).toEqual([...new Set(asked.map(({ route }) => route))].sort());

  const spans = await exported(service, receiver);
  for (const { route, status } of asked) {
    const name = route.replaceAll(/:(\w+)/g, '{$1}');
    const statuses = spans
      .filter((span) => span.name === name)
      .map(({ attributes }) => attributes['http.response.status_code']);
    expect({ name, statuses }).toMatchObject({ statuses: expect.arrayContaining([status]) });
  }
  expect(spans.filter(({ name }) => name.startsWith('redis ')).length).toBeGreaterThan(asked.length);
  // They were answered with what no span may hold.
  const values = [
    'Ravensworth Tools',
    'ledger@ravensworth.example.com',
    BILLING_MARK,
    customerId,
    billingCustomerId,
    organisation,
  ];
  expect(values.filter((value) => !told.includes(value))).toEqual([]);
  const canaries = [...values, MARK, ERASURE, stage.scope];
  const urls = [service.url, stage.sandbox.url, stage.redis.url].map((url) => new URL(url).host);
  expect(found([...canaries, ...urls, 'customer-profiles:', 'redis.call'], receiver.text)).toEqual([]);
});

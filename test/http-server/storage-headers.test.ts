import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { type Route, routesOf } from '../support/routes.ts';
import { type Service } from '../support/service.ts';

const KEY = 'a-key-of-many-characters';
const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS'];

let stage: Stage;
let service: Service;
let customer: StagedCustomer;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service({ AUTH_MODE: 'api-key', API_KEYS: `orders:${KEY}` });
  customer = stage.customer({ stripe: linkedAs('cus_1') });
});

afterAll(() => stage.close());

interface Answer extends Route {
  readonly status: number;
  readonly headers: Headers;
}

async function ask(method: string, path: string, headers: Record<string, string>): Promise<Answer> {
  const url =
    service.url + path.replace(':customerId', customer.customerId).replace(':name', 'stripe').replace('*', 'x');
  const answer = await fetch(url, { method, headers });
  await answer.arrayBuffer();
  return { method, path, status: answer.status, headers: answer.headers };
}

/** Whether a cache could take the answer for one to another request (RFC 9111, sections 3 and 4.1). */
const isUnsafe = ({ headers }: Answer): boolean => {
  const cacheControl = headers.get('cache-control') ?? '';
  if (/\bno-store\b/.test(cacheControl)) return false;
  const isOpen = headers.get('vary') === null && /^public\b/.test(cacheControl);
  return !isOpen && !(/\bprivate\b/.test(cacheControl) && headers.get('vary') === 'organisation, x-api-key');
};
const shown = ({ method, path, status, headers }: Answer): object => ({
  method,
  path,
  status,
  ...Object.fromEntries(headers),
});

describe('every answer says how it may be stored (E1, W5, R3):', () => {
  it.each<[string, Record<string, string>]>([
    ['without credentials', {}],
    ['with a key', { 'x-api-key': KEY }],
    ['with a key, of what the caller has', { 'x-api-key': KEY, 'if-none-match': '*' }],
    ['with a key, of another organisation', { 'x-api-key': KEY, organisation: '4f8a4f0e-0000-4000-8000-000000000000' }],
    ['with a key, when nothing is cached', { 'x-api-key': KEY, 'cache-control': 'only-if-cached, max-age=0' }],
  ])('each route and method %s', async (_title, headers) => {
    const paths = new Set(routesOf(service).map(({ path }) => path));
    const asked = [...paths, '/', '/nowhere', '/v1/customer-profiles/%zz', '/v1/customer-profiles/!!'].filter((path) =>
      path.startsWith('/'),
    );
    expect(asked.length).toBeGreaterThan(15);
    const answers = await Promise.all(asked.flatMap((path) => METHODS.map((method) => ask(method, path, headers))));
    expect(answers.filter(isUnsafe).map(shown)).toEqual([]);
    expect(answers.filter((answer) => answer.headers.get('x-content-type-options') !== 'nosniff').map(shown)).toEqual(
      [],
    );
    expect(new Set(answers.map(({ status }) => status)).size).toBeGreaterThan(2);
  });

  it('a profile and a link may be kept by the caller alone, for one organisation and one credential', async () => {
    const { billingCustomerId, customerId } = customer;
    const link = `/v1/customer-links/${customerId}`;
    await service.http.put(link).set('x-api-key', KEY).send({ billingCustomerId });
    for (const path of [customer.path, link, `${customer.unlinkedPath}/connectors`]) {
      const { headers } = await service.http.get(path).set('x-api-key', KEY).expect(200);
      expect(headers['cache-control']).toMatch(/^private, /);
      expect(headers.vary).toBe('organisation, x-api-key');
    }
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { expectProblem, MARK, requestBytes, sendBytes } from '../../http-server/raw.ts';
import { sandboxVariables, type Service, startService } from '../../support/service.ts';

const profile = '/v1/customer-profiles/9876543210';
const uuid = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const numbers = ['-1', '0', '1e999', 'NaN', 'Infinity', '0x10', '1.5', '007', '1e3', '%201', '1%00', '1000000', ''];
const badQueries = [
  ...[
    'zq7',
    uuid.slice(1),
    `{${uuid}}`,
    `urn:uuid:${uuid}`,
    uuid.replaceAll('-', ''),
    `${uuid}zq7`,
    `${uuid}%0a`,
    '',
  ].map((value) => `billingCustomerId=${value}`),
  'billingCustomerId=00000000-0000-0000-0000-000000000000',
  'billingCustomerId=ffffffff-ffff-ffff-ffff-ffffffffffff',
  'billingCustomerId=FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
  `billingCustomerId=${uuid}&billingCustomerId=${uuid}`,
  `billingCustomerId[]=${uuid}`,
  `billingCustomerId[a]=${uuid}`,
  ...numbers.map((value) => `budgetMs=${value}`),
  'budgetMs=5&budgetMs=6',
  ...['', 'zq7', 'stripe,../zq7', 'stripe,', ',stripe', 'stripe,,xero', 'STRIPE', 'stripe%20', 'stripe;xero'].map(
    (value) => `connectors=${value}`,
  ),
  `connectors=${'stripe,'.repeat(499)}stripe`,
  'connectors=stripe&connectors=xero',
  'require=stripe&require=stripe',
  'fields=name&fields=name',
  ...['', 'zq7', 'reseller,', 'stripe,zq7', 'constructor'].map((value) => `require=${value}`),
  'connectors=xero&require=stripe',
  ...['', 'zq7', 'name,', 'connectors.zq7', '__proto__', 'constructor', 'a.b.c'].map((value) => `fields=${value}`),
  ...[
    'zq7=1',
    '__proto__=zq7',
    'constructor=zq7',
    'toString=zq7',
    'hasOwnProperty',
    'BudgetMs=1',
    'budgetMs%20=1',
    '=zq7',
  ],
  ...['budgetMs=%zz', 'zq7=%ff%fe', '__proto__[zq7]=1'],
];

let sandbox: Sandbox;
let service: Service;
const get = (target: string, headers = {}): ReturnType<typeof sendBytes> =>
  sendBytes(service.url, requestBytes('GET', target, headers));

beforeAll(async () => {
  sandbox = await startSandbox();
  service = await startService(sandboxVariables(sandbox.url));
});

beforeEach(() => {
  sandbox.traffic.reset();
});

afterAll(async () => {
  await service.close();
  await sandbox.close();
});

describe('GET /v1/customer-profiles/{customerId}', () => {
  it.each(badQueries)('refuses ?%s and asks no source', async (query) => {
    expectProblem(await get(`${profile}?${query}`), 'invalid_request');
    expect(sandbox.traffic.requests).toEqual([]);
  });

  it.each(numbers.filter((value) => !value.includes('%')))(
    'refuses a caller’s remaining time of "%s" milliseconds and asks no source',
    async (value) => {
      expectProblem(await get(profile, { 'X-Request-Timeout-Ms': value }), 'invalid_request');
      expectProblem(await get(profile, { 'x-envoy-expected-rq-timeout-ms': value }), 'invalid_request');
      expect(sandbox.traffic.requests).toEqual([]);
    },
  );

  it('names every issue of path, query and headers at once', async () => {
    const headers = { 'X-Request-Timeout-Ms': MARK };
    const answer = await get('/v1/customer-profiles/zq7?budgetMs=0&connectors=zq7&fields=zq7&zq7=1', headers);
    expectProblem(answer, 'invalid_request');
    const { errors } = JSON.parse(answer.body) as { errors: { in: string; name?: string }[] };
    expect(new Set(errors.map((issue) => `${issue.in} ${issue.name ?? '-'}`))).toEqual(
      new Set([
        'path customerId',
        'query budgetMs',
        'query connectors',
        'query fields',
        'query -',
        'header x-request-timeout-ms',
      ]),
    );
  });

  it('lists the known connectors to a caller who names another', async () => {
    const { body } = await get(`${profile}?connectors=zq7`);
    expect(body).toContain(
      'stripe, adyen, quickbooks, xero, zoho, netsuite, avalara, anrok, salesforce, hubspot, dealhub',
    );
  });

  it('asks a connector that is named three times once', async () => {
    const { status } = await get(`${profile}?connectors=stripe,stripe,stripe&billingCustomerId=${uuid}`);
    expect(status).toBe(200);
    expect(sandbox.traffic.counts.bySource.stripe).toBe(1);
  });

  it('takes a billing customer in upper and in lower case for the same', async () => {
    await get(`${profile}?connectors=xero&billingCustomerId=${uuid.toUpperCase()}`);
    sandbox.traffic.reset();
    const { headers } = await get(`${profile}?connectors=xero&billingCustomerId=${uuid}`);
    expect(headers['cache-status']).toContain('hit');
    expect(sandbox.traffic.requests).toEqual([]);
  });
});

describe('GET /v1/customer-profiles/{customerId}/connectors/{name}', () => {
  it.each(['zq7', 'STRIPE', 'stripe%00', '..%2fzq7', '__proto__', 'constructor', 'toString'])(
    'refuses the connector %s and asks no source',
    async (name) => {
      expectProblem(await get(`${profile}/connectors/${name}`), 'invalid_request');
      expect(sandbox.traffic.requests).toEqual([]);
    },
  );
});

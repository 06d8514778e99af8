import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connectorNames } from '../../sandbox/connectors.ts';
import { credentials } from '../../sandbox/credentials.ts';
import { type Counts } from '../../sandbox/traffic.ts';
import { type ProfileConnector } from '../../src/profile-merge/profile.schema.ts';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service } from '../support/service.ts';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
});

beforeEach(async () => {
  stack.sandbox.traffic.reset();
  service = await stack.start();
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await service.close();
});

afterAll(async () => {
  await stack.close();
});

const arrived = ({ bySource }: Counts): number => connectorNames.reduce((sum, name) => sum + bySource[name], 0);

describe('a call to the billing connectors API', () => {
  it('carries the key, the organisation and a User-Agent, and no version unless one is configured (A22)', async () => {
    await service.http.get(profilePath(stack.newCustomer('fully-linked'))).expect(200);
    const [call] = stack.asked('stripe');
    expect(call?.headers).toMatchObject({
      accept: 'application/json',
      organisation: credentials.billing.organisation,
      'user-agent': expect.stringMatching(/^customer-profiles\/\d+\.\d+\.\d+$/) as unknown, // A22
    });
    expect(call?.headerNames.map((name) => name.toLowerCase()).sort()).toStrictEqual(
      ['accept', 'accept-encoding', 'connection', 'host', 'organisation', 'user-agent', 'x-api-key'], // prettier-ignore
    );
    // The key is checked by the sandbox itself.
    expect(stack.sandbox.traffic.counts.refused).toBe(0);
  });

  it('carries the version that is configured', async () => {
    const dated = await stack.start({ BILLING_API_VERSION: '20240301' });
    await dated.http.get(profilePath(stack.newCustomer('fully-linked'))).expect(200);
    await dated.close();
    const versions = connectorNames.flatMap((name) => stack.asked(name).map(({ headers }) => headers.apiversion));
    expect(versions).toStrictEqual(connectorNames.map(() => '20240301'));
  });

  it('is made once for each of the eleven connectors, on the documented path', async () => {
    const one = stack.newCustomer('fully-linked');
    await service.http.get(profilePath(one)).expect(200);
    for (const name of connectorNames)
      expect(stack.asked(name).map(({ method, path }) => `${method} ${path}`)).toStrictEqual([
        `GET /customers/${one.billingCustomerId}/connector/${name}`,
      ]);
  });

  it('is made only for the configured connectors', async () => {
    const few = await stack.start({ BILLING_CONNECTORS: 'xero,stripe' });
    const { body } = await few.http.get(profilePath(stack.newCustomer('fully-linked')));
    await few.close();
    expect((body.connectors as ProfileConnector[]).map(({ name }) => name)).toStrictEqual(['xero', 'stripe']);
    expect(arrived(stack.sandbox.traffic.counts)).toBe(2);
  });

  it('names the billing customer in lower case, in whatever case the request has it', async () => {
    const one = stack.newCustomer('fully-linked');
    const shouted = { ...one, billingCustomerId: (one.billingCustomerId ?? '').toUpperCase() };
    const { body } = await service.http.get(profilePath(shouted));
    expect(body.billingCustomerId).toBe(one.billingCustomerId);
    expect(stack.asked('stripe')[0]?.path).toBe(`/customers/${one.billingCustomerId}/connector/stripe`);
  });

  it('waits for no other: all eleven and the reseller’s arrive before one is answered', async () => {
    // The token is fetched beforehand, so that the reseller’s call can be there, too.
    await service.http.get(profilePath(stack.newCustomer('no-billing-customer'))).expect(200);
    stack.sandbox.traffic.reset();
    for (const source of ['reseller', 'billing'] as const) stack.sandbox.faults.set(source, { kind: 'hold' });
    const answer = service.http.get(profilePath(stack.newCustomer('fully-linked'))).then(({ body }) => body as unknown);
    const seen: Counts[] = [];
    await stack.sandbox.traffic.until((counts) => {
      seen.push(counts);
      return arrived(counts) === 11 && counts.bySource.reseller === 1;
    });
    expect(seen.at(-1)?.byStatus).toStrictEqual({});
    stack.sandbox.faults.clear();
    expect(await answer).toMatchObject({ complete: true });
  });
});

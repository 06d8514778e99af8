import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { credentials } from '../../sandbox/credentials.ts';
import { Config } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/environment/read-env.ts';
import { Cooldowns } from '../../src/upstream/cooldowns.ts';
import { type UpstreamName } from '../../src/upstream/upstream-error.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { sandboxVariables, type Service, type Variables } from '../support/service.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
});

afterAll(() => stage.close());

const statusOf = async ({ http }: Service, { path }: StagedCustomer): Promise<string> =>
  (await http.get(path).expect(200)).headers['cache-status'] ?? '';

/** Everything that changes whom an upstream answers, or with what. */
const ELSEWHERE: readonly (readonly [string, () => Variables])[] = [
  ['another reseller API', () => ({ RESELLER_API_URL: stage.sandbox.url.replace('127.0.0.1', 'localhost') })],
  ['another billing platform', () => ({ BILLING_API_URL: stage.sandbox.url.replace('127.0.0.1', 'localhost') })],
  ['another client of the reseller API', () => ({ RESELLER_API_KEY: `${credentials.reseller.apiKey}-2` })],
  ['another key of the billing platform', () => ({ BILLING_API_KEY: `${credentials.billing.apiKey}-2` })],
  ['another version of the billing platform', () => ({ BILLING_API_VERSION: '20230501' })],
  ['other link resolvers', () => ({ LINK_RESOLVERS: 'request,link-store,billing-external-id' })],
  ['another key prefix', () => ({ CACHE_KEY_PREFIX: 'staging:' })],
];

describe('what one deployment cached is no answer of another one on the same Redis (C3):', () => {
  it.each(ELSEWHERE)('%s', async (_title, more) => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    await statusOf(service, customer);
    await settled(service);
    const other = await stage.service(more());
    const { headers } = await other.http.get(customer.path);
    expect(headers['cache-status'] ?? '').not.toMatch(/; hit;/);
    await settled(other);
    expect(await statusOf(service, customer)).toMatch(/; hit;/);
  });

  it('while the same configuration shares it', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    await statusOf(service, customer);
    await settled(service);
    expect(await statusOf(await stage.service(), customer)).toMatch(/; hit; .*detail=redis$/);
  });

  it('and a DELETE at one of them forgets the customer in all that share the prefix', async () => {
    const other = await stage.service({ LINK_RESOLVERS: 'request' });
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    await statusOf(service, customer);
    await statusOf(other, customer);
    await Promise.all([settled(service), settled(other)]);
    await service.http.delete(`${customer.unlinkedPath}/cache`).expect(204);
    await eventually('it has heard of it', async () => (await statusOf(other, customer)).includes('; fwd=miss;'));
  });
});

describe('a deployment with other credentials', () => {
  it('does not wait for what the other one fetches (C3)', async () => {
    const other = await stage.service({ LINK_RESOLVERS: 'request' });
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    stage.sandbox.faults.set('reseller', { kind: 'hold' });
    const reads = [statusOf(service, customer)];
    await stage.sandbox.traffic.until(() => customer.calls().reseller === 1);
    reads.push(statusOf(other, customer));
    await stage.sandbox.traffic.until(() => customer.calls().reseller === 2);
    stage.sandbox.faults.clear();
    await Promise.all(reads);
    await Promise.all([settled(service), settled(other)]);
  });
});

describe('a cooldown (C3)', () => {
  const JWT: Variables = { AUTH_MODE: 'jwt', JWT_JWKS_URL: 'https://one.example/keys', JWT_ISSUER: 'https://one.example', JWT_AUDIENCE: 'profiles' }; // prettier-ignore
  const CLIENT: Variables = { RESELLER_CLIENT_SECRET: 'one', RESELLER_TOKEN_URL: 'https://one.example/token' }; // prettier-ignore

  it.each<[UpstreamName, string, Variables, Variables]>([
    ['reseller', 'address', {}, { RESELLER_API_URL: 'https://two.example' }],
    ['reseller', 'key', {}, { RESELLER_API_KEY: 'two' }],
    ['billing', 'address', {}, { BILLING_API_URL: 'https://two.example' }],
    ['billing', 'key', {}, { BILLING_API_KEY: 'two' }],
    ['reseller-token', 'address', CLIENT, { RESELLER_TOKEN_URL: 'https://two.example/token' }],
    ['reseller-token', 'key', CLIENT, { RESELLER_API_KEY: 'two' }],
    ['identity-provider', 'address', JWT, { JWT_JWKS_URL: 'https://two.example/keys' }],
  ])(
    'of the %s holds for every process that asks it, and for none with another %s',
    async (upstream, _what, own, others) => {
      const [one, same, another] = [
        await stage.service(own),
        await stage.service(own),
        await stage.service({ ...own, ...others }),
      ];
      const key = {
        upstream,
        organisation: upstream === 'identity-provider' ? 'every' : credentials.billing.organisation,
      };
      const remainingMs = ({ app }: Service): Promise<number> => app.get(Cooldowns, { strict: false }).remainingMs(key);
      one.app.get(Cooldowns, { strict: false }).start(key, 60_000);
      await eventually('it holds', async () => {
        same.clock.advance(50);
        return (await remainingMs(same)) > 0;
      });
      expect(await remainingMs(another)).toBe(0);
      await Promise.all([one, same, another].map((service) => service.close()));
    },
  );
});

describe('a key prefix', () => {
  it('precedes every key, also of links and of look-ups, and separates links', async () => {
    const known = new Set(await stage.raw.keys('*'));
    const staging = await stage.service({ CACHE_KEY_PREFIX: 'links-staging:' });
    const customer = stage.customer({ stripe: linkedAs('cus_1') });
    const link = `/v1/customer-links/${customer.customerId}`;
    await staging.http.put(link).send({ billingCustomerId: customer.billingCustomerId }).expect(201);
    await staging.http.get(customer.unlinkedPath).expect(200);
    await settled(staging);
    const found = await staging.http.get('/v1/customer-profiles?connector=stripe&referenceId=cus_1').expect(200);
    expect(JSON.stringify(found.body)).toContain(customer.customerId);
    const added = (await stage.raw.keys('*')).filter((key) => !known.has(key));
    expect(added.length).toBeGreaterThan(4);
    for (const key of added) expect(key).toMatch(/^links-staging:/);
    await service.http.get(link).expect(404);
  });

  it('is reported when it is not valid', () => {
    const variables = sandboxVariables(stage.sandbox.url, { CACHE_KEY_PREFIX: '{x}' });
    expect(() => new Config(readEnv(variables))).toThrow(/CACHE_KEY_PREFIX: must be 1 to 64/);
  });
});

describe('names of clients in keys', () => {
  it('hold no credential, and differ for the same key at another place', () => {
    const of = (more: Variables): readonly string[] => {
      const { only } = new Config(readEnv(sandboxVariables('http://127.0.0.1:9', more))).organisations;
      return [only?.resellerClient ?? '', only?.billingClient ?? '', only?.cacheScope ?? ''];
    };
    const names = of({ BILLING_API_KEY: 'short', RESELLER_API_KEY: 'short' });
    expect(new Set(names).size).toBe(3);
    expect(names.join()).not.toContain('short');
    expect(of({ BILLING_API_KEY: 'short', RESELLER_API_KEY: 'short' })).toEqual(names);
    expect(of({ BILLING_API_KEY: 'other', RESELLER_API_KEY: 'short' })[0]).toBe(names[0]);
  });
});

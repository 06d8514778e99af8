import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Response } from 'supertest';
import { type StagedCustomer } from '../../profile-cache/stage.ts';
import { routesOf } from '../../support/routes.ts';
import { type CachedService, harbour, type Headers, startCachedService, tern } from './cached-service.ts';
import { isStored, withoutVarnish } from './varnish.ts';

const MODES = ['api-key', 'jwt'] as const;

// The second one is no cache that callers may be given. It does store, so it shows what `Vary` and `no-store` are worth.
describe.each([
  { cache: 'that obeys RFC 9111', obeysPrivate: true },
  { cache: 'that overlooks private and obeys the rest', obeysPrivate: false },
])('behind a shared cache $cache (E1, W5, R3)', ({ obeysPrivate }) => {
  const describeOrSkip = withoutVarnish === null ? describe : describe.skip;
  describeOrSkip.each(MODES)(`a service with AUTH_MODE=%s${withoutVarnish ?? ''}`, (mode) => {
    let started: CachedService;
    let customer: StagedCustomer;
    let path: string;
    let link: string;

    const get = async (of: string, headers: Headers = {}): Promise<Response> =>
      started.varnish.http.get(of).set(headers);
    const own = (organisation = harbour): Headers => ({ ...started.as.both, organisation });

    interface Expected {
      readonly status: number;
      /** The billing customer that the caller's organisation has linked. */
      readonly linked?: string | null;
    }
    /** Callers and their expected answers; only the first has a link. */
    const callers = (): readonly (readonly [Headers, Expected])[] => [
      [own(), { status: 200, linked: customer.billingCustomerId }],
      [{}, { status: 401 }],
      [{ organisation: harbour }, { status: 401 }],
      [{ ...started.as.nobody, organisation: harbour }, { status: 401 }],
      [{ ...started.as.ternAlone, organisation: harbour }, { status: 403 }],
      [started.as.both, { status: 400 }],
      [own(tern), { status: 200, linked: null }],
      [
        { ...started.as.ternAlone, organisation: tern },
        { status: 200, linked: null },
      ],
    ];
    const seen = ({ status, body }: Response): object =>
      status === 200 ? { status, linked: (body as { billingCustomerId: unknown }).billingCustomerId } : { status };

    beforeAll(async () => {
      started = await startCachedService(mode, obeysPrivate);
    });

    beforeEach(async () => {
      customer = started.stage.customer();
      path = customer.unlinkedPath;
      link = `/v1/customer-links/${customer.customerId}`;
      const { billingCustomerId } = customer;
      await started.varnish.http.put(link).set(own()).send({ billingCustomerId }).expect(201);
    });

    afterAll(() => started.close());

    it('gives each caller its own data, and nothing without credentials', async () => {
      for (let round = 0; round < 3; round += 1)
        for (const [headers, expected] of callers())
          expect({ headers, ...seen(await get(path, headers)) }).toEqual({ headers, ...expected });
    });

    it('gives each of several concurrent callers its own answer, although the cache forwards one request', async () => {
      const asking = [...callers(), ...callers(), ...callers()];
      const answers = await Promise.all(asking.map(([headers]) => get(path, headers)));
      expect(answers.map(seen)).toEqual(asking.map(([, expected]) => expected));
    });

    it('answers HEAD and If-None-Match as it answers GET, and only with the right', async () => {
      const head = async (headers: Headers): Promise<Response> => started.varnish.http.head(path).set(headers);
      const whole = await get(path, own());
      const { etag, vary, 'content-type': type } = whole.headers as Record<string, string>;
      const known = { 'if-none-match': String(etag) };
      const described = await head(own());
      expect(described).toMatchObject({ status: 200, headers: { etag, vary, 'content-type': type } });
      const same = await get(path, { ...own(), ...known });
      expect(same).toMatchObject({ status: 304, text: '', headers: { etag, vary } });
      for (const { headers } of [whole, described, same])
        expect(headers['cache-control']).toMatch(/^private, max-age=/);
      expect(seen(await get(path, { ...own(), 'if-none-match': '"other"' }))).toEqual(seen(whole));
      for (const [headers, expected] of callers().slice(1)) {
        expect(seen(await get(path, { ...headers, ...known }))).toEqual(expected);
        expect((await head({ ...headers, ...known })).status).toBe(expected.status);
      }
    });

    it('has nothing stored for others but the public keys: no error, no probe, no list', async () => {
      started.stage.sandbox.faults.set('reseller', { kind: 'status', status: 500 });
      expect((await get(path, own())).status).toBe(502);
      started.stage.sandbox.faults.clear();
      expect((await get(path, own())).status).toBe(200);
      const routes = routesOf(started.service).filter((route) => route.path.startsWith('/'));
      const paths = [...routes.map((route) => route.path), '/nowhere', '/v1/customer-profiles/!!'].map((one) =>
        one.replace(':customerId', customer.customerId).replace(':name', 'stripe').replace('*', 'x'),
      );
      const stored = new Set<string>();
      for (const one of new Set(paths))
        for (const headers of [{}, {}, own(), own()]) {
          const answer = await get(one, headers);
          if (isStored(answer)) stored.add(`${one} ${answer.status}`);
        }
      const publicKeys = '/.well-known/customer-erasure-keys.json 200';
      const profiles = [`${path} 200`, `${path}/connectors 200`];
      // The profiles in the second cache show that it would have stored other answers too.
      expect([...stored].sort()).toEqual(obeysPrivate ? [publicKeys] : [publicKeys, ...profiles]);
    });

    it('has a link gone as soon as it is deleted', async () => {
      for (let times = 0; times < 2; times += 1) expect((await get(link, own())).status).toBe(200);
      await started.varnish.http.delete(link).set(own()).expect(204);
      expect((await get(link, own())).status).toBe(404);
    });

    if (obeysPrivate)
      it('has a profile gone as soon as it is deleted from the cache of the service', async () => {
        const before = await get(path, own());
        started.stage.rename(customer, 'Saltmarsh Tools');
        expect((await get(path, own())).text).toBe(before.text);
        await started.varnish.http.delete(`${path}/cache`).set(own()).expect(204);
        expect((await get(path, own())).text).toContain('Saltmarsh Tools');
        await started.varnish.http.delete(link).set(own()).expect(204);
        expect(seen(await get(path, own()))).toEqual({ status: 200, linked: null });
      });
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CustomerProfileClient } from '../../../client/src/index.ts';
import { customer } from '../../../sandbox/customers/customers.ts';
import { AUDIENCE, ISSUER, type KeyServer, startKeyServer } from '../../auth/key-server.ts';
import { eventually } from '../../support/eventually.ts';
import { rawRedis } from '../../support/raw-redis.ts';
import { type Service } from '../../support/service.ts';
import { TestClock } from '../../support/test-clock.ts';
import { Visit, withoutBrowser } from './browser.ts';
import { ConsoleStage, keyOf, type Who } from './console-stage.ts';

const FULL = customer('fully-linked');
const ID = FULL.resource.customerId;
const AT = `#/customers/${ID}`;

(withoutBrowser === null ? describe : describe.skip)(
  `each state of the page, light and dark, 320 pixels to 4k, has nothing that is inaccessible${withoutBrowser ?? ''}:`,
  () => {
    let stage: ConsoleStage;
    let service: Service;
    let client: CustomerProfileClient;
    let visit: Visit;

    beforeAll(async () => {
      stage = await ConsoleStage.start();
      service = await stage.service();
      client = new CustomerProfileClient({ baseUrl: service.url, apiKey: keyOf('desk') });
    });
    beforeEach(async () => {
      stage.sandbox.faults.clear();
      await client.links.put(ID, String(FULL.billingCustomerId));
      await client.forget(ID);
    });
    afterEach(() => visit.end());
    afterAll(() => stage.close());

    const enter = async (who: Who, fragment = ''): Promise<void> => {
      visit = await stage.visit(service, who, fragment);
    };
    /** Something before the service answers in its place. */
    const refuse = (
      path: string,
      status: number,
      code: string,
      headers: Record<string, string> = {},
    ): Promise<unknown> =>
      visit.page.route(`**/v1/${path}`, (route) =>
        route.fulfill({
          status,
          headers: { 'content-type': 'application/problem+json', ...headers },
          body: JSON.stringify({ type: '', title: '', status, code, detail: 'Said by a gateway.', requestId: 'r-1' }),
        }),
      );

    it('no user is signed in', async () => {
      visit = await stage.visit(service, null);
      await visit.reaches('signed_out');
      await visit.expectGood('signed-out');
      await visit.tabTo('Key');
      await visit.page.keyboard.type('not-a-key');
      await visit.page.keyboard.press('Enter');
      await visit.page.getByText('This key is not valid.').waitFor();
      await visit.expectGood('wrong-key');
    });

    it('nothing has been asked', async () => {
      await enter('desk');
      await visit.reaches('empty');
      await visit.focuses('Find a customer');
      await visit.expectGood('empty');
    });

    it('loading', async () => {
      stage.sandbox.faults.set('reseller', { kind: 'hold' });
      await enter('desk', AT);
      await visit.reaches('loading');
      expect(await visit.text('[data-state="loading"] [role="status"]')).toBe('Asking the sources …');
      await visit.expectGood('loading');
      stage.sandbox.faults.clear();
      await visit.page.locator('article').waitFor();
    });

    it('complete, with values hidden and shown', async () => {
      await enter('desk', AT);
      await visit.reaches('complete');
      await visit.expectGood('complete');
      await visit.press(/^Show values/);
      await visit.page.locator('[data-values="shown"]').waitFor();
      await visit.press('Reseller account in full');
      await visit.press('Raw JSON');
      await visit.expectGood('values-shown');
      await visit.page.emulateMedia({ media: 'print', colorScheme: 'light' });
      expect(await visit.text('.printed')).toMatch(/^Read \d+ \w+ \d{4} at .*\/console#\/customers\/\d+$/);
      await visit.expectGood('print');
    });

    it('partial: a source fails, another one’s old answer is served', async () => {
      await client.profile(ID);
      stage.sandbox.faults.set('stripe', { kind: 'status', status: 500 });
      stage.sandbox.faults.set('xero', { kind: 'body', body: '<html>' });
      stage.sandbox.faults.set('zoho', { kind: 'hang' });
      await enter('desk', AT);
      await visit.reaches('complete');
      await visit.press('Ask again now');
      await visit.reaches('partial');
      await visit.expectGood('partial-old');
      await client.forget(ID);
      await visit.press('Ask again now');
      await visit.page.locator('.source.failed').first().waitFor();
      await visit.expectGood('partial');
    });

    it('failed: the reseller’s account cannot be read', async () => {
      stage.sandbox.faults.set('reseller', { kind: 'status', status: 500 });
      await enter('desk', AT);
      await visit.reaches('failed');
      expect(await visit.text('[role="alert"]')).toContain('The profile could not be read');
      await visit.expectGood('failed');
      stage.sandbox.faults.clear();
      await client.profile(ID, { cacheControl: 'no-cache' });
      await visit.press('Try again');
      await visit.reaches('complete');
    });

    it('refused: the right to explanations is missing', async () => {
      await enter('stranger', AT);
      await visit.reaches('refused');
      expect(await visit.text('[role="alert"]')).toContain('explanations:read');
      await visit.expectGood('refused');
    });

    it('only cached data may be seen', async () => {
      await enter('reader', AT);
      await visit.reaches('nothing_cached');
      expect(await visit.text('[data-headline]')).toBe('Nothing is cached of this customer.');
      await visit.expectGood('nothing-cached');
    });

    it('rate-limited', async () => {
      await enter('desk');
      await visit.reaches('empty');
      await refuse('customer-profiles/**', 429, 'too_many_requests', { 'retry-after': '40' });
      await visit.page.evaluate(`location.hash = '${AT}'`);
      await visit.reaches('busy');
      expect(await visit.text('.notice > button')).toMatch(/^Try again in \d+ s$/);
      await visit.expectGood('rate-limited');
    });

    it('offline, before and after something was read', async () => {
      await enter('desk');
      await visit.reaches('empty');
      await visit.page.context().setOffline(true);
      await visit.page.evaluate(`location.hash = '${AT}'`);
      await visit.reaches('offline');
      await visit.expectGood('offline');
      await visit.page.context().setOffline(false);
      await visit.reaches('complete');
      await visit.page.context().setOffline(true);
      await visit.press('Ask again now');
      await visit.reaches('offline');
      expect(await visit.text('[role="alert"]')).toContain('What is shown was read before.');
      await visit.expectGood('offline-later');
      await visit.page.context().setOffline(false);
      await visit.page.locator('[role="alert"]').waitFor({ state: 'detached' });
    });

    it('erased', async () => {
      await enter('desk');
      await visit.reaches('empty');
      await refuse('customer-profiles/**', 410, 'customer_erased');
      await visit.page.evaluate(`location.hash = '${AT}'`);
      await visit.reaches('erased');
      await visit.expectGood('erased');
      await visit.find(ID);
      await visit.page.waitForURL(`**${AT}`);
      await visit.reaches('erased');
    });

    it.each([
      [410, 'customer_erased', 'erased'],
      [403, 'forbidden', 'refused'],
      [404, 'customer_not_found', 'unknown_customer'],
    ])('what was shown goes when the answer is %s', async (status, code, state) => {
      await enter('desk', AT);
      await visit.reaches('complete');
      await visit.press(/^Show values/);
      await visit.page.getByRole('heading', { name: 'Fairmont' }).waitFor();
      await visit.press('Watch for changes');
      await visit.page.locator('[data-watch="on"]').waitFor();
      await refuse('customer-profiles/**', status, code);
      await visit.press('Ask again now');
      await visit.reaches(state);
      await visit.focuses(`Customer ${ID}`);
      expect(await visit.page.content()).not.toContain('Fairmont');
      expect(await visit.page.title()).not.toContain('Fairmont');
      await visit.page.unrouteAll();
      await visit.page.evaluate("location.hash = '#/'");
      await visit.reaches('empty');
    });

    it.each([
      [503, 'Something in front of the service answered with status 503.'],
      [404, 'Something in front of the service answered with status 404.'],
      [200, 'Something in front of the service answered with a text that is no JSON.'],
    ])('a gateway answers with %s in the place of the service', async (status, text) => {
      await enter('desk');
      await visit.reaches('empty');
      await visit.page.route('**/v1/customer-profiles/**', (route) =>
        route.fulfill({ status, contentType: 'text/html', body: '<h1>Sign in</h1>' }),
      );
      await visit.page.evaluate(`location.hash = '${AT}'`);
      await visit.reaches('offline');
      expect(await visit.text('[role="alert"]')).toContain(text);
      await visit.expectGood(`gateway-${status}`);
    });

    it('offline when the page asks for its caller, and online again', async () => {
      const open = await stage.service({ AUTH_MODE: 'none' });
      visit = await Visit.begin(stage.browser, open.url, '', {}, async (page) => {
        await page.route('**/v1/caller', (route) => route.abort('connectionrefused'));
      });
      await visit.reaches('offline');
      await visit.expectGood('offline-at-first');
      await visit.page.unroute('**/v1/caller');
      const isAsked = visit.page.waitForRequest('**/v1/caller');
      await visit.page.evaluate("dispatchEvent(new Event('online'))");
      expect((await isAsked).headers()).not.toHaveProperty('x-api-key');
      await visit.reaches('empty');
    });

    it('there is no such customer', async () => {
      await enter('desk', '#/customers/8888888888');
      await visit.reaches('unknown_customer');
      await visit.expectGood('unknown-customer');
    });

    it('nothing is found, and several are', async () => {
      for (const slug of ['shared-billing-first', 'shared-billing-second']) {
        const { resource, billingCustomerId } = customer(slug);
        await client.links.put(resource.customerId, String(billingCustomerId));
      }
      await enter('desk', '#/find/8888888888');
      await visit.reaches('nothing_found');
      await visit.expectGood('nothing-found');
      await visit.find(String(customer('shared-billing-first').billingCustomerId));
      await visit.reaches('several_found');
      await visit.expectGood('several-found');
    });

    it('no billing customer is known', async () => {
      const { customerId } = customer('no-billing-customer').resource;
      await enter('desk', `#/customers/${customerId}`);
      await visit.reaches('complete');
      const headline = await visit.text('[data-headline]');
      const { parts } = await client.explanation(customerId);
      // Beside the page's words, what the service says of the parts: these have differed once in a while.
      expect({ headline, billing: parts.find(({ source }) => source === 'billing') }).toMatchObject({
        headline:
          'Active. The reseller account answered. No billing customer is known, so 11 connectors are not asked.',
        billing: { state: 'unlinked', failure: null, refresh: { asked: false, why: 'fresh' } },
      });
      await visit.expectGood('unlinked');
    });

    it('several billing customers could be meant', async () => {
      const { customerId } = customer('ambiguous-external-id').resource;
      visit = await stage.visit(
        await stage.service({ LINK_RESOLVERS: 'billing-external-id' }),
        'desk',
        `#/customers/${customerId}`,
      );
      await visit.reaches('complete');
      expect(await visit.text('[data-link]')).toContain(
        'Several billing customers have this customer’s id as their external id',
      );
      await visit.expectGood('ambiguous');
    });

    it('something is asked before it is done', async () => {
      await enter('desk', AT);
      await visit.reaches('complete');
      await visit.press('Forget what is cached');
      await visit.page.locator('dialog').waitFor();
      await visit.expectGood('confirm');
      await visit.page.keyboard.press('Escape');
    });

    it('something is wrong now', async () => {
      const raw = rawRedis(stage.redis.url);
      await raw.config('SET', 'maxmemory-policy', 'allkeys-lru');
      stage.sandbox.faults.set('stripe', { kind: 'status', status: 500 });
      const troubled = await stage.service();
      const reader = new CustomerProfileClient({ baseUrl: troubled.url, apiKey: keyOf('desk') });
      const links = Array.from({ length: 45 }, (_none, at) => `5d0c1f6e-3a44-4b7b-9c11-0000000001${at + 10}`);
      await Promise.all(
        links.map((billingCustomerId) => reader.profile(ID, { billingCustomerId, connectors: ['stripe'] })),
      );
      await eventually('the breaker is open', async () =>
        (await reader.dependencies()).upstreams.some(({ openBreakers }) => openBreakers.length > 0),
      );
      visit = await stage.visit(troubled, 'desk', AT);
      await visit.page.locator('article').waitFor();
      await visit.page.getByText('Redis may evict stored links').waitFor();
      await visit.page.getByText('The billing connectors API (Stripe): nearly all calls fail').waitFor();
      expect(await visit.text('[data-source="stripe"]')).toContain('It fails for everybody.');
      await visit.expectGood('troubles');
      await raw.config('SET', 'maxmemory-policy', 'noeviction');
      raw.disconnect();
    });

    it('behind a gateway that adds a token, and one that does not', async () => {
      const keyServer: KeyServer = await startKeyServer(new TestClock());
      const jwt = { AUTH_MODE: 'jwt', JWT_JWKS_URL: keyServer.jwksUrl, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE };
      const tokened = await stage.service(jwt);
      visit = await stage.visit(tokened, null);
      await visit.reaches('signed_out');
      await visit.expectGood('no-token');
      await visit.end();
      const authorization = `Bearer ${await keyServer.sign('ES256')}`;
      visit = await Visit.begin(stage.browser, tokened.url, AT, { authorization });
      await visit.reaches('complete');
      expect(await visit.text('.who')).toContain('order-service');
      await keyServer.close();
    });
  },
);

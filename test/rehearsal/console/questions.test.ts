import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Route } from 'playwright-core';
import { CustomerProfileClient } from '../../../client/src/index.ts';
import { customer } from '../../../sandbox/customers/customers.ts';
import { eventually } from '../../support/eventually.ts';
import { settled } from '../../support/passing-time.ts';
import { type Service } from '../../support/service.ts';
import { type Visit, withoutBrowser } from './browser.ts';
import { ConsoleStage, keyOf, type Who } from './console-stage.ts';

const FULL = customer('fully-linked');
const ID = FULL.resource.customerId;
const LINK = String(FULL.billingCustomerId);
const OTHER_LINK = '5d0c1f6e-3a44-4b7b-9c11-0000000000aa';

(withoutBrowser === null ? describe : describe.skip)(`a person with a keyboard alone${withoutBrowser ?? ''}`, () => {
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
    for (const slug of ['fully-linked', 'failing-connectors', 'shared-billing-first', 'shared-billing-second']) {
      const { resource, billingCustomerId } = customer(slug);
      await client.links.put(resource.customerId, String(billingCustomerId));
      await client.forget(resource.customerId);
      await client.profile(resource.customerId);
    }
  });
  afterEach(() => visit.end());
  afterAll(() => stage.close());

  const at = async (customerId: string, who: Who = 'desk'): Promise<Visit> => {
    visit = await stage.visit(service, who, `#/customers/${customerId}`);
    await visit.page.locator('article').waitFor();
    return visit;
  };
  const headline = (): Promise<string> => visit.text('[data-headline]');

  it.each([
    ID,
    LINK,
    'stripe:cus_12345',
    'cus_12345',
    'Xero: xero-contact-12345',
    'external:342',
    `customer:${ID}`,
    `  ${ID} `,
    LINK.toUpperCase(),
    `billing: ${LINK.toUpperCase()}`,
  ])('finds the customer by %s', async (text) => {
    await eventually('look-ups know the customer', async () => (await client.findCustomers({ externalReferenceId: '342' })).length === 1); // prettier-ignore
    visit = await stage.visit(service);
    await visit.find(text);
    await visit.page.locator('article').waitFor();
    expect(new URL(visit.page.url()).hash).toBe(`#/customers/${ID}`);
    expect(await headline()).toBe('Active. All 12 sources answered.');
    await visit.focuses(`Customer ${ID}`);
  });

  it('sees while typing how an id is understood', async () => {
    visit = await stage.visit(service);
    const seen = [];
    for (const text of [ID, LINK, 'adyen:shopper-1', 'a reference with spaces']) {
      await visit.page.locator('#find').fill(text);
      seen.push(await visit.text('#understood'));
    }
    expect(seen).toEqual([
      'Understood as a customer id or an external reference',
      'Understood as a billing customer id',
      'Understood as an Adyen id',
      'Understood as an external reference',
    ]);
  });

  it('chooses among several hits', async () => {
    const [first, second] = [customer('shared-billing-first'), customer('shared-billing-second')];
    visit = await stage.visit(service);
    await visit.find(String(first.billingCustomerId));
    await visit.reaches('several_found');
    await visit.focuses('2 customers found');
    await visit.press(second.resource.customerId);
    await visit.page.locator('article').waitFor();
    expect(await visit.text('h1')).toBe(`Customer ${second.resource.customerId}`);
  });

  it('learns where an id was not found, and which look-up failed', async () => {
    visit = await stage.visit(service);
    await visit.find('8888888888');
    await visit.reaches('nothing_found');
    expect(await visit.text('.tried')).toBe(
      'As a customer id: the reseller customers API knows none.\nAs an external reference: no customer that was read lately has it.',
    );
    await visit.end();
    visit = await stage.visit(await stage.service({ REDIS_URL: '' }));
    await visit.find('zoho:46');
    await visit.reaches('nothing_found');
    expect(await visit.text('.tried')).toBe('As a Zoho id: it could not be looked for.');
    expect(await visit.text('[role="alert"]')).toMatch(
      /^That is not possible at the moment\s+Look-ups need Redis, and none is configured/,
    );
    await visit.expectGood('not-looked-up');
    // The connection is lost for one of two look-ups: each says its own reason.
    await visit.page.route('**/v1/customer-profiles/8888888888*', (route) => route.abort());
    await visit.find('8888888888');
    await visit.page.locator('.tried', { hasText: 'As an external reference' }).waitFor();
    expect(await visit.text('.tried')).toMatch(
      /^As a customer id: it could not be looked for\.\nAs an external reference: it could not be looked for\. Look-ups need Redis/,
    );
    expect(await visit.text('[role="alert"]')).toMatch(/^The service cannot be reached/);
  });

  it('sees in the field what the page shows, also after going back from the field', async () => {
    await at(ID);
    await visit.find('8888888888');
    await visit.reaches('nothing_found');
    await visit.page.keyboard.press('/');
    await visit.page.goBack();
    await visit.page.locator('article').waitFor();
    await visit.focuses('Find a customer');
    expect(await visit.page.locator('#find').inputValue()).toBe(ID);
  });

  it('learns whether a source fails for this customer only or for all, and why', async () => {
    const failing = customer('failing-connectors').resource.customerId;
    for (const customerId of [failing, ID, failing]) await client.profile(customerId, { cacheControl: 'no-cache' });
    await at(failing);
    expect(await headline()).toBe('Active. 10 of 12 sources answered; Adyen and NetSuite have not.');
    const netsuite = await visit.text('[data-source="netsuite"]');
    expect(netsuite).toMatch(/At \d\d:\d\d NetSuite answered with an error.*\(status 500\)/);
    expect(netsuite).toContain('It fails for this customer only: it has answered for others since');
    await visit.end();

    stage.sandbox.faults.set('stripe', { kind: 'status', status: 401 });
    await client.forget(ID);
    await at(ID);
    expect(await visit.text('[data-source="stripe"]')).toContain('refused the service’s credentials');
    expect(await visit.text('[data-source="stripe"]')).toContain('It fails for everybody.');
  });

  it('reads since when a source has not answered, and that its old answer is served', async () => {
    stage.sandbox.faults.set('stripe', { kind: 'status', status: 500 });
    await at(ID);
    await visit.press('Ask again now');
    await visit.reaches('partial');
    expect(await headline()).toMatch(/^Active\. 11 of 12 sources answered; Stripe has not since \d\d:\d\d\.$/);
    expect(await visit.text('[data-source="stripe"]')).toMatch(/Linked, old[\s\S]*stands in\./);
  });

  it('does not take an explanation for the newest that lacks a failure which the profile has', async () => {
    await at(ID);
    stage.sandbox.faults.set('stripe', { kind: 'status', status: 500 });
    interface Explained {
      readonly parts: { readonly source: string; failure: unknown }[];
    }
    const stripeOf = ({ parts }: Explained): { failure: unknown } | undefined =>
      parts.find(({ source }) => source === 'stripe');
    const failing = async (route: Route): Promise<Explained> => {
      for (;;) {
        const explained = (await (await route.fetch()).json()) as Explained;
        if (stripeOf(explained)?.failure) return explained;
      }
    };
    const withoutFailure = async (route: Route): Promise<void> => {
      const explained = await failing(route);
      Object.assign(stripeOf(explained) ?? {}, { failure: null });
      await route.fulfill({ json: explained });
    };
    await visit.page.route('**/customer-profiles/*/explanation*', withoutFailure, { times: 1 });
    await visit.press('Ask again now');
    await visit.reaches('partial');
    expect(await visit.text('[data-source="stripe"]')).toContain('Linked, old');
  });

  it('sees which value is shown, which part differs, and by which rule, once values are asked for', async () => {
    await at(ID);
    expect(await visit.text('table')).not.toMatch(/Fairmont|mouse\.com/);
    await visit.press(/^Show values/);
    await visit.page.locator('[data-values="shown"]').waitFor();
    expect(await visit.text('h1')).toBe('Fairmont');
    expect(await visit.text('[data-field="email"] tr.winner')).toContain('mickey@mouse.com Shown');
    const differing = '[data-field="email"] tr.differs[data-source="stripe"]';
    expect(await visit.text(`${differing} mark`)).toBe('billing@acme');
    expect(await visit.text('[data-field="email"] tr.field')).toContain(
      'The sources differ. The reseller account wins, as it comes first in the order of the merge policy.',
    );
    expect(service.log.filter(({ name, customerId }) => name === 'audit' && customerId === ID)).toContainEqual(
      expect.objectContaining({ caller: 'desk', right: 'profiles:read' }),
    );
  });

  it('reads the identity verdict with its evidence', async () => {
    await at(ID);
    expect(await visit.text('[data-verdict]')).toContain('Some sources may speak of another company.');
    expect(await visit.text('[data-verdict]')).toContain(
      'The name in the reseller account differs from the one in Stripe.',
    );
  });

  it('moves through the table with the arrows', async () => {
    await at(ID);
    await visit.tabTo(/^Reseller account/);
    await visit.page.keyboard.press('ArrowDown');
    await visit.focuses(/^Adyen, QuickBooks/);
    await visit.page.keyboard.press('ArrowDown');
    await visit.focuses(/^Stripe/);
    await visit.page.keyboard.press('ArrowUp');
    await visit.focuses(/^Adyen/);
    await visit.page.keyboard.press('Tab');
    expect(await visit.page.evaluate("document.activeElement.closest('table')")).toBeNull();
    await visit.page.keyboard.press('Shift+Tab');
    await visit.focuses(/^Adyen/);
  });

  it('replaces the link, sees the history, and overwrites nothing that somebody else has changed', async () => {
    await at(ID);
    await client.links.put(ID, OTHER_LINK);
    await visit.tabTo('Replace by the billing customer');
    await visit.page.keyboard.type('5d0c1f6e-3a44-4b7b-9c11-0000000000bb');
    await visit.page.keyboard.press('Enter');
    await visit.page.getByText('Somebody has changed the link meanwhile').waitFor();
    await visit.page.getByText(`Stored: ${OTHER_LINK}`).waitFor();
    expect(await visit.text('#link-trouble')).toContain('It is shown as it is now: decide again.');
    await visit.focuses('Replace by the billing customer');
    expect((await client.links.get(ID)).value.billingCustomerId).toBe(OTHER_LINK);

    await visit.tabTo('Replace by the billing customer');
    await visit.page.keyboard.press('Control+a');
    await visit.page.keyboard.type(LINK);
    await visit.page.keyboard.press('Enter');
    await visit.page.getByText(`Stored: ${LINK}`).waitFor();
    await visit.press(/^Earlier links/);
    expect(await visit.text('.history')).toContain(OTHER_LINK);
    expect(await visit.text('.history')).toContain('by desk');
  });

  it('overwrites nothing that has changed since the typing began, though the page shows it by now', async () => {
    await at(ID);
    await visit.tabTo('Replace by the billing customer');
    await visit.page.keyboard.type('5d0c1f6e-3a44-4b7b-9c11-0000000000b');
    await client.links.put(ID, OTHER_LINK);
    await visit.page.evaluate('document.activeElement.blur()');
    await visit.page.keyboard.press('r');
    await visit.page.getByText(`Stored: ${OTHER_LINK}`).waitFor();
    await visit.tabTo('Replace by the billing customer');
    await visit.page.keyboard.press('End');
    await visit.page.keyboard.type('b');
    await visit.page.keyboard.press('Enter');
    await visit.page.getByText('Somebody has changed the link meanwhile').waitFor();
    expect((await client.links.get(ID)).value.billingCustomerId).toBe(OTHER_LINK);
  });

  it('removes the link only after saying so again', async () => {
    await at(ID);
    await visit.press('Remove the link');
    await visit.page.locator('dialog').waitFor();
    await visit.page.keyboard.press('Escape');
    await visit.page.locator('dialog').waitFor({ state: 'detached' });
    await visit.focuses('Remove the link');
    expect((await client.links.get(ID)).value.billingCustomerId).toBe(LINK);
    await visit.press('Remove the link');
    await visit.press('Remove');
    await visit.page.locator('[data-link="none"]').waitFor();
    await expect(client.links.get(ID)).rejects.toThrow('link_not_found');
  });

  it('refreshes the sources, with a key too, and drops the cached profile', async () => {
    await at(ID);
    const expectAsked = async (ask: () => Promise<void>): Promise<void> => {
      stage.sandbox.traffic.reset();
      await ask();
      await eventually('every source is asked', () => stage.sandbox.traffic.counts.bySource.dealhub === 1);
      expect(stage.sandbox.traffic.counts.bySource).toMatchObject({ reseller: 1, stripe: 1 });
      await visit.page.locator('article[aria-busy="false"]').waitFor();
    };
    await expectAsked(() => visit.press('Ask again now'));
    await expectAsked(async () => {
      await visit.tabTo('Copy as curl');
      await visit.page.keyboard.press('r');
    });
    await expectAsked(async () => {
      await visit.tabTo('Copy as curl');
      // A key that is held down repeats itself.
      for (let times = 0; times < 5; times += 1) await visit.page.keyboard.down('r');
      await visit.page.keyboard.up('r');
      await settled(service);
    });
    await expectAsked(async () => {
      await visit.press('Forget what is cached');
      await visit.page.locator('dialog').waitFor();
      await visit.press('Forget');
    });
    expect(await headline()).toBe('Active. All 12 sources answered.');
  });

  it('repeats what failed, not something less', async () => {
    await at(ID);
    const refused = '**/v1/customer-profiles/**';
    const body = JSON.stringify({ code: 'too_many_requests', detail: 'Too many.', status: 429 });
    const refuse = (): Promise<unknown> =>
      visit.page.route(refused, (route) =>
        route.fulfill({ status: 429, contentType: 'application/problem+json', body }),
      );
    await refuse();
    await visit.press('Ask again now');
    await visit.reaches('busy');
    await visit.page.unroute(refused);
    await settled(service);
    stage.sandbox.traffic.reset();
    await visit.press('Try again');
    await visit.focuses(`Customer ${ID}`);
    await eventually('every source is asked', () => stage.sandbox.traffic.counts.bySource.dealhub === 1);
    await visit.page.locator('.notice').waitFor({ state: 'detached' });
    await visit.focuses(`Customer ${ID}`);

    await refuse();
    await visit.press(/^Show values/);
    await visit.reaches('busy');
    await visit.page.unroute(refused);
    await visit.press('Try again');
    await visit.page.locator('[data-values="shown"]').waitFor();
  });

  it('makes the service call no source by anything else', async () => {
    const other = customer('shared-billing-first').resource.customerId;
    const arrivesAt = async (customerId: string): Promise<void> => {
      await visit.focuses(`Customer ${customerId}`);
      await visit.page.locator('article[aria-busy="false"]').waitFor();
    };
    await at(ID);
    await settled(service);
    stage.sandbox.traffic.reset();
    await visit.press(/^Show values/);
    await visit.page.locator('[data-values="shown"]').waitFor();
    await visit.find(`customer:${other}`);
    await arrivesAt(other);
    await visit.find(ID);
    await arrivesAt(ID);
    await visit.press('Copy for a ticket');
    await visit.page.getByText('Copied.').waitFor({ state: 'attached' });
    await visit.press('Raw JSON');
    await visit.page.locator('pre').waitFor();
    await visit.page.reload();
    await visit.signIn(keyOf('desk'));
    await visit.page.locator('article[aria-busy="false"]').waitFor();
    await settled(service);
    expect(stage.sandbox.traffic.requests).toEqual([]);
  });

  it('learns that the management port has the health, and asks once', async () => {
    visit = await stage.visit(await stage.service({ MANAGEMENT_PORT: '0' }), null);
    let times = 0;
    visit.page.on('request', (request) => {
      if (request.url().endsWith('/health/dependencies')) times += 1;
    });
    await visit.page.clock.install();
    await visit.signIn(keyOf('desk'));
    await visit.page.getByText('the management port of this service says it').waitFor();
    await visit.page.clock.runFor(60_000);
    expect(times).toBe(1);
    expect(await visit.page.locator('.troubles').count()).toBe(0);
    await visit.expectGood('management-port');
  });

  it('learns why the health is unknown', async () => {
    visit = await stage.visit(service, 'clerk');
    await visit.page.getByText('that needs the right operations:read').waitFor();
    await visit.end();
    visit = await stage.visit(service, null);
    await visit.page.route('**/health/dependencies', (route) => route.abort('connectionrefused'));
    await visit.signIn(keyOf('desk'));
    await visit.page.getByText('What is wrong now could not be asked.').waitFor();
  });

  it('reads its rights', async () => {
    visit = await stage.visit(service, 'reader');
    await visit.press('reader');
    await visit.page.getByText('Rights: explanations:read').waitFor();
  });

  it('finds nothing of the last user when the browser kept the page', async () => {
    await at(ID);
    const isLoaded = visit.page.waitForEvent('load');
    await visit.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
    await isLoaded;
    await visit.reaches('signed_out');
  });

  it('hears the same words again when it does the same again', async () => {
    await at(ID);
    const status = visit.page.locator('p.visually-hidden[role="status"] span');
    await eventually('the customer is announced', async () => (await status.innerText()).includes('All 12 sources'));
    for (const label of ['Copy as curl', 'Copy for a ticket']) {
      const before = await status.elementHandle();
      await visit.press(label);
      // What is said about the customer, a moment after it is shown, may come between.
      await eventually('it is said anew', async () => {
        const isAnew = !(await before.evaluate('(it) => it.isConnected'));
        return isAnew && (await status.innerText()) === 'Copied.';
      });
    }
  });

  it('switches the letters off that are keys, and on again', async () => {
    await at(ID);
    /** Outside of fields, in which a letter is never a key. */
    const types = async (key: string): Promise<void> => {
      await visit.page.evaluate('document.activeElement.blur()');
      await visit.page.keyboard.press(key);
    };
    const hasFieldFocus = (): Promise<boolean> => visit.page.evaluate("document.activeElement.id === 'find'");
    const announced = visit.page.locator('#find[aria-keyshortcuts]');
    const switchKeys = async (state: 'attached' | 'detached'): Promise<void> => {
      await visit.tabTo(/^Keys:/);
      await visit.page.keyboard.press('Space');
      await announced.waitFor({ state });
    };
    await switchKeys('detached');
    await settled(service);
    stage.sandbox.traffic.reset();
    await types('/');
    expect(await hasFieldFocus()).toBe(false);
    await types('r');
    await switchKeys('attached');
    await types('/');
    expect(await hasFieldFocus()).toBe(true);
    await types('r');
    await eventually('every source is asked', () => stage.sandbox.traffic.counts.bySource.dealhub > 0);
    await visit.page.locator('article[aria-busy="false"]').waitFor();
    await settled(service);
    // By the second `r` alone.
    expect(stage.sandbox.traffic.counts.bySource.dealhub).toBe(1);
  });

  it('copies a request that holds no key, and an explanation without values', async () => {
    await at(ID);
    const clipboard = (): Promise<string> => visit.page.evaluate('navigator.clipboard.readText()');
    await visit.press('Copy as curl');
    await visit.page.getByText('Copied.').waitFor({ state: 'attached' });
    expect(await clipboard()).toBe(`curl -sS -H "X-Api-Key: $API_KEY" '${service.url}/v1/customer-profiles/${ID}'`);
    await visit.press('Copy for a ticket');
    await eventually('the ticket is copied', async () => (await clipboard()).includes('Sources'));
    expect(await clipboard()).toContain('- Stripe: Linked.');
    expect(await clipboard()).not.toMatch(/Fairmont|Acme|mouse\.com/);
  });

  it('copies by hand where the browser has no clipboard', async () => {
    await at(ID);
    await visit.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
    await visit.press('Copy as curl');
    const area = visit.page.locator('textarea');
    await area.waitFor();
    expect(await area.inputValue()).toContain(`/v1/customer-profiles/${ID}`);
    expect(await visit.page.evaluate('getSelection().toString()')).toContain('curl -sS');
  });

  it('chooses among several organisations', async () => {
    visit = await stage.visit(await stage.serviceOfTwo());
    const [first = '', second = ''] = await visit.page.locator('#organisation option').allInnerTexts();
    await visit.tabTo('Organisation');
    expect(await visit.page.locator('#organisation').inputValue()).toBe(first);
    await visit.page.keyboard.press('ArrowDown');
    // Effects run behind a frame.
    await visit.page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(done))))',
    );
    await visit.focuses('Organisation');
    await visit.find(ID);
    await visit.page.locator('article').waitFor();
    await visit.expectGood('organisations');
    await visit.press('Raw JSON');
    expect(JSON.parse(await visit.text('pre'))).toMatchObject({ organisation: second });
    await visit.press('Copy as curl');
    await eventually('the request is copied', async () =>
      String(await visit.page.evaluate('navigator.clipboard.readText()')).includes(`-H 'organisation: ${second}'`),
    );
    // What was read of one organisation is not shown under the name of another.
    await visit.page.route('**/v1/customer-profiles/**', (route) => route.abort('connectionrefused'));
    await visit.tabTo('Organisation');
    await visit.page.keyboard.press('ArrowUp');
    await visit.reaches('offline');
    expect(await visit.page.locator('#organisation').inputValue()).toBe(first);
    expect(await visit.page.locator('article').count()).toBe(0);
  });

  it('opens the raw JSON', async () => {
    await at(ID);
    await visit.press('Raw JSON');
    expect(JSON.parse(await visit.text('pre'))).toMatchObject({ customerId: ID, valuesShown: false });
  });

  it('is offered what the rights allow', async () => {
    const offered = async (): Promise<readonly string[]> => visit.page.locator('article button').allInnerTexts();
    visit = await stage.visit(service, 'reader');
    await visit.find(ID);
    await visit.page.locator('article').waitFor();
    expect(await offered()).toEqual(['Copy as curl', 'Copy for a ticket']);
    expect(await visit.text('[data-values]')).toContain('profiles:read');
    expect(await visit.text('[data-link]')).toContain('links:read');
    await visit.end();
    await at(ID, 'clerk');
    expect(await offered()).toEqual(['Copy as curl', 'Copy for a ticket', 'Show values (leaves an audit line)']);
    expect(await visit.text('[data-link]')).toContain(LINK);
  });

  it.each([
    [
      'asker',
      [
        'Ask again now',
        'Forget what is cached',
        'Copy as curl',
        'Copy for a ticket',
        'Show values (leaves an audit line)',
      ],
    ],
    ['forgetter', ['Forget what is cached', 'Copy as curl', 'Copy for a ticket']],
    ['linker', ['Copy as curl', 'Copy for a ticket', 'Replace the link', 'Remove the link']],
    ['writer', ['Copy as curl', 'Copy for a ticket']],
    ['watcher', ['Watch for changes', 'Copy as curl', 'Copy for a ticket']],
  ] as const)('is offered what the rights of the %s allow, and no more', async (who, buttons) => {
    await at(ID, who);
    expect(await visit.page.locator('article button').allInnerTexts()).toEqual(buttons);
    const times = await visit.page.evaluate(
      "performance.getEntriesByType('resource').filter(({ responseStatus }) => responseStatus === 403).length",
    );
    expect(times).toBe(0);
  });

  it.each(['operator', 'profiler', 'stranger'] as const)('learns as the %s which right is missing', async (who) => {
    visit = await stage.visit(service, who, `#/customers/${ID}`);
    await visit.reaches('refused');
    expect(await visit.text('[role="alert"]')).toContain('explanations:read');
  });

  it('signs in with a key that is kept nowhere, and out again', async () => {
    visit = await stage.visit(service, null);
    await visit.reaches('signed_out');
    await visit.tabTo('Key');
    await visit.page.keyboard.type('a-key-that-nobody-has');
    await visit.page.keyboard.press('Enter');
    await visit.page.getByText('This key is not valid.').waitFor();
    await visit.page.keyboard.press('Control+a');
    await visit.page.keyboard.type(keyOf('desk'));
    await visit.page.keyboard.press('Enter');
    await visit.page.locator('#find').waitFor();
    const kept = await visit.page.evaluate(
      'JSON.stringify([location.href, document.cookie, { ...localStorage }, { ...sessionStorage }, document.documentElement.outerHTML])',
    );
    expect(kept).not.toContain(keyOf('desk'));
    await visit.press('Sign out');
    await visit.reaches('signed_out');
  });
});

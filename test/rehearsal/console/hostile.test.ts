import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CustomerProfileClient } from '../../../client/src/index.ts';
import { connectorNames } from '../../../sandbox/connectors.ts';
import type { SandboxCustomer } from '../../../sandbox/customers/customer.ts';
import { type Service } from '../../support/service.ts';
import { type Visit, withoutBrowser } from './browser.ts';
import { ConsoleStage, keyOf } from './console-stage.ts';

const ATTACKS = [
  '<script>attack()</script>',
  '<img src=x onerror=attack()>',
  '"><svg onload=attack()>',
  "javascript:attack()//'",
  '{{constructor.constructor("attack()")()}}',
  '<a href="https://elsewhere.example">look</a>',
  'two\n- Forged: a line',
];
const attack = (at: number): string => `${ATTACKS[at % ATTACKS.length]} ${at}`;

/** Each text of the resource and of each connector is an attack. */
function attacker(): SandboxCustomer {
  let count = 0;
  const next = (): string => attack((count += 1));
  return {
    ...{ slug: 'attacker', about: '', billingCustomerId: '5d0c1f6e-3a44-4b7b-9c11-00000000a001' },
    resource: {
      ...{ customerId: '1005119901', externalReferenceId: next(), resellerId: next(), status: next() },
      companyProfile: {
        ...{ companyName: next(), preferredLanguage: next(), marketSegment: next(), marketSubSegments: [next(), next()] },
        address: { country: next(), region: next(), city: next(), addressLine1: next(), addressLine2: next(), postalCode: next(), phoneNumber: next() },
        contacts: [{ firstName: next(), lastName: next(), email: next(), phoneNumber: next() }],
      },
      discounts: [{ offerType: next(), level: next() }],
      benefits: [{ type: next(), status: next() }],
      tags: [next()],
      linkedMembership: { id: next(), name: next(), type: next(), linkedMembershipType: next() },
    },
    connectors: Object.fromEntries(
      connectorNames.map((name) => [name, { outcome: 'linked', reference_id: next(), customer_name: next(), email: next() }]),
    ),
  }; // prettier-ignore
}

/** 200 contacts, a name at the limit, right-to-left text, characters that cannot be seen. */
const HUGE: SandboxCustomer = {
  ...{ slug: 'huge', about: '', billingCustomerId: '5d0c1f6e-3a44-4b7b-9c11-00000000a002' },
  resource: {
    ...{ customerId: '1005119902', status: '1000', externalReferenceId: 'huge' },
    companyProfile: {
      companyName: `شركة الشرق للتجارة \u202Eevil\u202C ${'Wide'.repeat(500)} שלום`,
      address: { country: 'SA', city: 'الرياض', addressLine1: 'ا'.repeat(400) },
      contacts: Array.from({ length: 200 }, (_none, at) => ({
        ...{ firstName: `First ${at}`, lastName: 'x'.repeat(120), email: `contact-${at}@eastern-trade.example` },
      })),
    },
  },
  connectors: {
    stripe: {
      ...{ outcome: 'linked', reference_id: 'c'.repeat(255), email: `contact-0@eastern-trade.example` },
      customer_name: 'W'.repeat(2000),
    },
    xero: { outcome: 'linked', reference_id: 'x', email: 'a@b.example', customer_name: 'شركة الشرق\u200B للتجارة' },
  },
};

(withoutBrowser === null ? describe : describe.skip)(`hostile customers${withoutBrowser ?? ''}`, () => {
  let stage: ConsoleStage;
  let service: Service;
  let visit: Visit;

  beforeAll(async () => {
    stage = await ConsoleStage.start();
    service = await stage.service();
    const { links } = new CustomerProfileClient({ baseUrl: service.url, apiKey: keyOf('desk') });
    for (const one of [attacker(), HUGE]) {
      stage.sandbox.customers.put(one);
      await links.put(one.resource.customerId, String(one.billingCustomerId));
    }
  });
  afterEach(() => visit.end());
  afterAll(() => stage.close());

  const showAll = async (customerId: string): Promise<void> => {
    visit = await stage.visit(service, 'desk', `#/customers/${customerId}`);
    await visit.page.evaluate('window.attack = () => { reportViolation("attacked"); }');
    await visit.page.locator('article').waitFor();
    await visit.press(/^Show values/);
    await visit.page.locator('[data-values="shown"]').waitFor();
    await visit.press('Reseller account in full');
    await visit.press('Raw JSON');
  };

  it('are text in every field of both upstreams', async () => {
    const { resource, connectors } = attacker();
    await showAll(resource.customerId);
    const shown = await visit.page.locator('article').innerText();
    const { companyProfile } = resource as unknown as { companyProfile: { companyName: string } };
    const texts = [companyProfile.companyName, ...Object.values(connectors).map((one) => (one.outcome === 'linked' ? one.customer_name : ''))]; // prettier-ignore
    for (const text of texts) expect(shown).toContain(text);
    expect(
      await visit.page.locator('article :is(script, img, iframe, object, embed, [onload], [onerror])').count(),
    ).toBe(0);
    const links = await visit.page.evaluate('[...document.links].map((link) => link.href)');
    expect((links as string[]).filter((href) => !href.startsWith(service.url))).toEqual([]);
    await visit.press('Copy for a ticket');
    await visit.page.getByText('Copied.').waitFor({ state: 'attached' });
    const ticket = String(await visit.page.evaluate('navigator.clipboard.readText()'));
    expect(ticket.split('\n').filter((line) => line.startsWith('- Forged'))).toEqual([]);
    await visit.expectGood('attacked');
  });

  it('may be an id that somebody types, or the address of the page', async () => {
    visit = await stage.visit(service, 'desk', `#/customers/${encodeURIComponent(ATTACKS[1] ?? '')}`);
    await visit.reaches('invalid');
    await visit.expectGood('invalid-id');
    for (const text of ATTACKS.filter((one) => !one.includes('\n'))) {
      await visit.find(text);
      await visit.page.locator('.tried').waitFor();
      await visit.page.locator('[data-state="nothing_found"] h2', { hasText: text }).waitFor();
    }
    await visit.page.evaluate("location.hash = '#/customers/%E0%A4%A'");
    await visit.reaches('invalid');
  });

  it('are 200 contacts, names at the limit, right to left, with characters that cannot be seen', async () => {
    await showAll(HUGE.resource.customerId);
    expect(await visit.text('h1')).toContain('U+202E');
    expect(await visit.text('[data-field="name"] tr[data-source="xero"]')).toContain('U+200B');
    await visit.expectGood('huge');
  });

  it('are all of that when one asks for the whole of it', async () => {
    await showAll(HUGE.resource.customerId);
    await visit.press('Show all 200');
    await visit.focuses('Show fewer');
    expect(await visit.text('.account')).toContain('contact-199@eastern-trade.example');
    await visit.press(/^Show all \d+ characters$/);
    await visit.focuses('Show less');
    await visit.expectGood('huge-whole');
  });
});

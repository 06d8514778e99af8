import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CustomerProfileClient } from '../../../client/src/index.ts';
import { customer } from '../../../sandbox/customers/customers.ts';
import { eventually } from '../../support/eventually.ts';
import { rawRedis } from '../../support/raw-redis.ts';
import { type Service } from '../../support/service.ts';
import { type Visit, withoutBrowser } from './browser.ts';
import { ConsoleStage, keyOf, type Who } from './console-stage.ts';

const FULL = customer('fully-linked');
const ID = FULL.resource.customerId;
const OTHER_LINK = '5d0c1f6e-3a44-4b7b-9c11-0000000000aa';

(withoutBrowser === null ? describe : describe.skip)(`somebody who watches a customer${withoutBrowser ?? ''}`, () => {
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
    stage.sandbox.customers.put(FULL);
    await client.links.put(ID, String(FULL.billingCustomerId));
    await eventually('the feed has the customer', async () => {
      await client.profile(ID, { cacheControl: 'no-cache' });
      const { changes } = await client.changes.page({ from: 'oldest', customerId: ID });
      return changes.some(({ type }) => type === 'added');
    });
  });
  afterEach(() => visit.end());
  afterAll(() => stage.close());

  const isAsked = (query: string): Promise<unknown> =>
    visit.page.waitForRequest((request) => request.url().includes(`/v1/customer-profile-changes?${query}`));
  const watch = async (who: Who = 'desk'): Promise<void> => {
    visit = await stage.visit(service, who, `#/customers/${ID}`);
    await visit.page.locator('article').waitFor();
    const waits = isAsked('cursor=');
    await visit.press('Watch for changes');
    await waits;
  };
  const rename = async (companyName: string): Promise<void> => {
    const companyProfile = Object.assign({}, FULL.resource.companyProfile, { companyName });
    stage.sandbox.customers.put({ ...FULL, resource: { ...FULL.resource, companyProfile } });
    await client.profile(ID, { cacheControl: 'no-cache' });
  };
  const changes = (): Promise<string> => visit.text('[role="log"]');

  it('is shown each change as it comes, with its values when these are shown', async () => {
    await watch();
    await visit.press(/^Show values/);
    await visit.page.locator('h1', { hasText: 'Fairmont' }).waitFor();
    await rename('Fairmont & Daughters');
    await visit.page.locator('h1', { hasText: 'Fairmont & Daughters' }).waitFor();
    expect(await changes()).toMatch(/^\d\d:\d\d Name.* changed, as the reseller account says\.(\n|$)/);
    expect(await visit.page.title()).toMatch(/^\(\d\) Fairmont & Daughters – Customer profiles$/);
    await client.links.put(ID, OTHER_LINK);
    await visit.page.getByText(`The link is now ${OTHER_LINK}.`).waitFor();
    await visit.page.getByText(`Stored: ${OTHER_LINK}`).waitFor();
    await visit.expectGood('watched');
  });

  it('learns when no events come, and then what happened meanwhile', async () => {
    visit = await stage.visit(service, 'desk', `#/customers/${ID}`);
    await visit.page.locator('article').waitFor();
    const following = '**/customer-profile-changes?cursor=*';
    await visit.page.route(following, (route) => route.abort('connectionrefused'));
    await visit.press('Watch for changes');
    await visit.page.locator('[data-watch="interrupted"]').waitFor();
    await rename('Fairmont Again');
    await visit.expectGood('watch-interrupted');
    await visit.page.unroute(following);
    await visit.page.locator('[data-watch="on"]').waitFor();
    await eventually('the change is shown', async () => (await changes()).includes('Name'));
  });

  it('learns that events were lost', async () => {
    await watch();
    const raw = rawRedis(stage.redis.url);
    await raw.flushall();
    raw.disconnect();
    await rename('Fairmont After All');
    await visit.page.getByText('Some changes may be missing here.').waitFor();
  });

  it('has the customer read again each minute, so that its sources are fetched when they are due', async () => {
    visit = await stage.visit(service, 'desk', `#/customers/${ID}`);
    await visit.page.locator('article').waitFor();
    await visit.page.clock.install();
    await visit.press('Watch for changes');
    await isAsked('cursor=');
    const isRead = visit.page.waitForRequest(new RegExp(`/v1/customer-profiles/${ID}\\?`));
    await visit.page.clock.runFor(60_000);
    await isRead;
  });

  it('stops', async () => {
    await watch();
    const ends = visit.page.waitForEvent('requestfailed', (request) => request.url().includes('customer-profile-changes'));
    await visit.press('Stop watching');
    await ends;
    expect(await visit.page.locator('.watched').count()).toBe(0);
    await visit.press('Watch for changes');
    await visit.page.locator('[data-watch="on"]').waitFor();
  });

  it('needs the right to changes', async () => {
    visit = await stage.visit(service, 'clerk', `#/customers/${ID}`);
    await visit.page.locator('article').waitFor();
    expect(await visit.page.getByText('Watch for changes').count()).toBe(0);
  });

  it('learns the reason: a service without Redis has no change feed', async () => {
    visit = await stage.visit(await stage.service({ REDIS_URL: '' }), 'desk', `#/customers/${ID}`);
    await visit.page.locator('article').waitFor();
    await visit.press('Watch for changes');
    await visit.page.getByText('It cannot be watched.').waitFor();
    await visit.page.getByText('Watch for changes', { exact: true }).waitFor();
  });
}); // prettier-ignore

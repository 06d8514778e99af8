import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { metric, openStage, type Stage } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { settled } from '../support/passing-time.ts';
import { sandboxVariables, type Service } from '../support/service.ts';
import { ORGANISATION_IDS, startSwitchboard, type Switchboard } from '../support/switchboard.ts';
import { openStream } from './event-stream.ts';

const CHANGES = '/v1/customer-profile-changes';
const [OWN, OTHER] = ORGANISATION_IDS;

interface Page {
  readonly changes: readonly { readonly id: string; readonly customerId: string | null }[];
  readonly cursor: string;
}

let stage: Stage;
let switchboard: Switchboard;
let service: Service;
let folder: string;

beforeAll(async () => {
  [stage, switchboard] = await Promise.all([openStage(), startSwitchboard()]);
  folder = mkdtempSync(join(tmpdir(), 'organisations-'));
  const file = join(folder, 'organisations.json');
  writeFileSync(file, switchboard.organisations);
  service = await stage.service({
    ...sandboxVariables(switchboard.url),
    ...{ REDIS_URL: stage.redis.url, ORGANISATIONS_FILE: file },
    ...{ RESELLER_API_KEY: '', RESELLER_CLIENT_SECRET: '', BILLING_API_KEY: '', BILLING_ORGANISATION: '' },
  });
});

afterAll(async () => {
  await stage.close();
  await switchboard.close();
  rmSync(folder, { recursive: true });
});

const change = async (organisation: string): Promise<string> => {
  const { customerId } = stage.customer();
  await service.http
    .put(`/v1/customer-links/${customerId}`)
    .set('organisation', organisation)
    .send({ billingCustomerId: randomUUID() })
    .expect(201);
  await settled(service);
  return customerId;
};
const page = async (organisation: string, query = ''): Promise<Page> =>
  (await service.http.get(`${CHANGES}${query}`).set('organisation', organisation).expect(200)).body as Page;

describe('a cursor of another organisation', () => {
  it('is gone, in every form, and shows none of its events', async () => {
    const { cursor: atTheBeginning } = await page(OTHER);
    const own = [await change(OWN), await change(OWN)];
    const others = [await change(OTHER), await change(OTHER)];
    const { changes, cursor } = await page(OTHER);
    expect(changes.map(({ customerId }) => customerId)).toStrictEqual(others);
    for (const stolen of [cursor, changes[0]?.id ?? '', atTheBeginning]) {
      for (const query of [`?cursor=${stolen}`, `?cursor=${stolen}&waitSeconds=25`, `?cursor=${stolen}&from=oldest`]) {
        const { body, text } = await service.http.get(`${CHANGES}${query}`).set('organisation', OWN).expect(410);
        for (const customerId of others) expect(text).not.toContain(customerId);
        const { beginAt } = body as { readonly beginAt: string };
        expect((await page(OWN, `?cursor=${beginAt}`)).changes.map(({ customerId }) => customerId)).toStrictEqual(own);
      }
      const headers = { organisation: OWN, 'last-event-id': stolen, accept: 'text/event-stream' };
      await service.http.get(CHANGES).set(headers).expect(410);
    }
  });

  it('is gone also while others wait, whom this process knows without asking Redis', async () => {
    await change(OWN);
    const { cursor } = await page(OTHER, '?from=newest');
    const waiting = await openStream(`${service.url}${CHANGES}?from=newest`, { organisation: OWN });
    await waiting.until('bookmark', 1);
    await service.http.get(`${CHANGES}?cursor=${cursor}&waitSeconds=25`).set('organisation', OWN).expect(410);
    waiting.leave();
    await eventually('it has left', async () => (await metric(service, 'customer_changes_streams')) === 0);
  });
});

describe('the feed', () => {
  it('answers HEAD at once and without a body, whatever it is asked for', async () => {
    for (const accept of ['text/event-stream', 'application/json']) {
      const url = `${CHANGES}?from=newest&waitSeconds=25`;
      await service.http.head(url).set({ organisation: OWN, accept }).expect(200);
    }
    await service.http.head(`${CHANGES}?cursor=x`).set('organisation', OWN).expect(400);
    expect(await service.http.get('/metrics').then(({ text }) => text)).toContain('customer_changes_streams 0\n');
  });

  it.each(['options', 'post', 'put', 'delete', 'patch'] as const)('is not asked by %s', async (method) => {
    const { status, headers } = await service.http[method](CHANGES).set('organisation', OWN);
    expect([status, headers.allow]).toStrictEqual([405, 'GET, HEAD']);
  });

  it.each([
    'cursor=', 'cursor=a&cursor=b', 'cursor[]=a', 'waitSeconds=1e1', 'waitSeconds=-1', 'waitSeconds=', 'limit=1001', 'limit=1.0',
    'type=changed,', 'type=', 'source=Stripe', 'source=', 'customerId=', 'customerId=*', 'customerId=a&customerId=b', 'after=1',
    'from=', 'from=newest&from=oldest',
  ])('refuses %s', async (query) => {
    const { body } = await service.http.get(`${CHANGES}?${query}`).set('organisation', OWN).expect(400);
    expect(body).toMatchObject({ code: 'invalid_request', errors: [{}] });
  }); // prettier-ignore

  it('takes no cursor that was not answered by it', async () => {
    const { cursor } = await page(OWN, '?from=newest');
    const text = Buffer.from(cursor, 'base64url').toString();
    const [epoch = '', sequence = ''] = text.split('.');
    const asCursor = (one: string): string => Buffer.from(one).toString('base64url');
    const gone = [`${epoch}.999999999999999.`, `AAAAAAAAAAAA.${sequence}.`, `${epoch}.${sequence}.00000000`];
    for (const one of gone)
      await service.http
        .get(`${CHANGES}?cursor=${asCursor(one)}`)
        .set('organisation', OWN)
        .expect(410);
    const refused = [
      `${epoch}.-1.`,
      `${epoch}.1e3.`,
      `${epoch}.9999999999999999.`,
      `${epoch}.1`,
      `${text}\n`,
      `\0${text}`,
    ];
    for (const one of refused)
      await service.http
        .get(`${CHANGES}?cursor=${asCursor(one)}`)
        .set('organisation', OWN)
        .expect(400);
  });
});

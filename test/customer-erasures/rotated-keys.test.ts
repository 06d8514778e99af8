import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { verifiedReceipt } from '../../src/customer-erasures/verify-receipt.ts';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { type Service } from '../support/service.ts';
import { erase, ERASURE_VARIABLES, ERASURES } from './erasing.ts';

const OLD = Buffer.alloc(32, 4).toString('base64');
const NEW = Buffer.alloc(32, 5).toString('base64');

interface Keys {
  readonly keys: readonly { readonly kid: string; readonly x: string }[];
}

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage.close());

const withKeys = (...keys: readonly string[]): Promise<Service> =>
  stage.service({ ...ERASURE_VARIABLES, ERASURE_SIGNING_KEYS: keys.join() });
const published = async ({ http }: Service): Promise<Keys> =>
  (await http.get('/.well-known/customer-erasure-keys.json').expect(200)).body as Keys;

it('a receipt is verified with the keys that are published after a rotation, as long as its own is among them', async () => {
  const before = await withKeys(`2026-10:${OLD}`);
  const customer = stage.customer();
  const requestId = randomUUID();
  const { body: receipt } = await erase([before], customer, { requestId });
  expect(receipt.signature.keyId).toBe('2026-10');
  const old = await published(before);
  await before.close();

  // The old key keeps its private part, and then only its public one.
  const publicPart = Buffer.from(old.keys[0]?.x ?? '', 'base64url').toString('base64');
  for (const behind of [`2026-10:${OLD}`, `2026-10:public:${publicPart}`]) {
    const after = await withKeys(`2026-11:${NEW}`, behind);
    const keys = await published(after);
    expect(keys.keys.map(({ kid }) => kid)).toStrictEqual(['2026-11', '2026-10']);
    expect(keys.keys[1]).toStrictEqual(old.keys[0]);
    expect(verifiedReceipt(receipt, keys)).toStrictEqual(receipt);
    // The receipt that is kept is the one that was signed then.
    const again = await after.http.post(ERASURES).send({ customerId: customer.customerId, requestId }).expect(200);
    expect(again.body).toStrictEqual(receipt);
    const shown = await after.http.get(`${ERASURES}/${customer.customerId}`).expect(200);
    expect(shown.body).toMatchObject({ receipt });
    const { body: later } = await erase([after], stage.customer());
    expect(later.signature.keyId).toBe('2026-11');
    expect(verifiedReceipt(later, keys)).toStrictEqual(later);
    await after.close();
  }
  const without = await published(await withKeys(`2026-11:${NEW}`));
  expect(() => verifiedReceipt(receipt, without)).toThrow('none of the keys');
});

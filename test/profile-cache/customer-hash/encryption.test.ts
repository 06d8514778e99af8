import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSecretKey, randomBytes } from 'node:crypto';
import { open } from '../../../src/redis/cipher.ts';
import { pass, settled } from '../../support/passing-time.ts';
import type { Service } from '../../support/service.ts';
import { fieldsOf, keyOf } from '../kept-customer.ts';
import { linkedAs, openStage, type Stage, type StagedCustomer } from '../stage.ts';

const key = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const OLD = key('old');
const NEW = key('new');

let stage: Stage;
/** Services without copies of their own, by the keys they have. */
let before: Service;
let rotated: Service;

beforeAll(async () => {
  stage = await openStage();
  [before, rotated] = await Promise.all([withKeys(OLD), withKeys(`${NEW},${OLD}`)]);
});

afterAll(() => stage.close());

const withKeys = (keys: string): Promise<Service> =>
  stage.service({ CACHE_LOCAL_SECONDS: '0', CACHE_ENCRYPTION_KEYS: keys });

async function cached(reference: string): Promise<StagedCustomer> {
  const customer = stage.customer({ stripe: linkedAs(reference) });
  await before.http.get(customer.path).expect(200);
  await settled(before);
  return customer;
}

async function cacheStatus(service: Service, { path }: StagedCustomer): Promise<string> {
  const { headers, body } = await service.http.get(path).expect(200);
  expect(body).toMatchObject({ complete: true });
  return headers['cache-status'] ?? '';
}

/** The fields that hold parts and responses, as they lie in Redis. */
async function fields(customer: StagedCustomer): Promise<Readonly<Record<string, Buffer>>> {
  return fieldsOf(stage.raw, keyOf(customer));
}

/** The sealed content of the customer's reseller part. It follows a line in the clear. */
async function sealed(customer: StagedCustomer): Promise<Buffer> {
  const value = (await fields(customer))[`${stage.scope}reseller`] ?? Buffer.alloc(0);
  return value.subarray(value.indexOf('\n') + 1);
}

/** Changes every field of the customer. */
async function spoilAll(
  customer: StagedCustomer,
  spoil: (value: Buffer, field: string) => Buffer | undefined,
): Promise<void> {
  const key = await stage.keyOf(customer);
  for (const [field, value] of Object.entries(await fields(customer)))
    await stage.raw.hset(key, field, spoil(value, field) ?? '');
}

/** All that Redis holds, byte for byte: keys, fields and values of every type. */
async function everything(): Promise<Buffer> {
  const found: Buffer[] = [];
  for (const name of await stage.raw.keys('*')) {
    found.push(Buffer.from(name));
    const type = await stage.raw.type(name);
    if (type === 'string') found.push((await stage.raw.getBuffer(name)) ?? Buffer.alloc(0));
    else if (type === 'hash')
      for (const [field, content] of Object.entries(await stage.raw.hgetallBuffer(name)))
        found.push(Buffer.from(field), content);
    else if (type === 'zset') found.push(...(await stage.raw.zrangeBuffer(name, '0', '-1')));
    else throw new Error(`${name}, a ${type}, is not expected`);
  }
  return Buffer.concat(found.flatMap((one) => [one, Buffer.from('\n')]));
}

describe('with CACHE_ENCRYPTION_KEYS', () => {
  it('nothing in Redis shows a name, an e-mail address, a telephone number or a reference of the customer', async () => {
    const customer = await cached('cus_SECRET_1');
    const text = JSON.stringify((await before.http.get(customer.path).expect(200)).body);
    const personal = [
      ...[
        'Ravensworth Tools',
        'Ravensworth',
        'ledger@ravensworth.example.com',
        'rosa@example.com',
        'Rosa',
        'Lindqvist',
      ],
      ...['(503) 555-0115 ext. 2', 'cus_SECRET_1', `ext-${customer.customerId}`],
    ];
    // Else the words below would prove nothing.
    for (const word of personal) expect(text).toContain(word);
    const dump = await everything();
    expect(dump.includes(customer.customerId)).toBe(true);
    for (const word of personal) expect(dump.includes(word)).toBe(false);
  });

  it('the same content never looks the same twice', async () => {
    const customer = await cached('cus_2');
    const first = await sealed(customer);
    await before.http.delete(`${customer.unlinkedPath}/cache`).expect(204);
    await before.http.get(customer.path).expect(200);
    await settled(before);
    const second = await sealed(customer);
    expect(second.subarray(4, 60)).not.toEqual(first.subarray(4, 60));
  });
});

describe('a new first key', () => {
  it('leaves entries sealed with the old one readable, and seals later writes with the new one', async () => {
    const customer = await cached('cus_3');
    expect((await sealed(customer)).toString('latin1', 0, 4)).toBe('old.');
    expect(await cacheStatus(rotated, customer)).toMatch(/; hit; .*detail=redis$/);
    await pass(400_000, rotated);
    expect(await cacheStatus(rotated, customer)).toMatch(/; fwd=stale;/);
    await settled(rotated);
    expect((await sealed(customer)).toString('latin1', 0, 4)).toBe('new.');
  });
});

describe('a sealed field', () => {
  it('opens under the name of its own place alone', async () => {
    const customer = await cached('cus_12');
    const keys = [{ id: 'old', key: createSecretKey(OLD.slice('old:'.length), 'base64') }];
    const value = (await fields(customer))[`${stage.scope}reseller`] ?? Buffer.alloc(0);
    const place = `${await stage.keyOf(customer)} ${stage.scope}reseller ${value.toString('latin1', 0, value.indexOf('\n'))}`;
    expect(open(await sealed(customer), place, keys)).not.toBeNull();
    expect(open(await sealed(customer), place.replace(customer.customerId, '1005110002'), keys)).toBeNull();
    expect(open(await sealed(customer), place.replace('/reseller ', '/link '), keys)).toBeNull();
  });
});

describe('fields that do not open are a miss, and replaced (F27):', () => {
  const expectReplacement = async (service: Service, customer: StagedCustomer): Promise<void> => {
    expect(await cacheStatus(service, customer)).toMatch(/; fwd=miss;/);
    await settled(service);
    expect(await cacheStatus(service, customer)).toMatch(/; hit; .*detail=redis$/);
    expect(customer.calls()).toMatchObject({ reseller: 2, stripe: 2 });
  };

  it('sealed with a key that is gone', async () => {
    const customer = await cached('cus_4');
    await expectReplacement(await withKeys(NEW), customer);
  });

  it('sealed with another key of the same name', async () => {
    const customer = await cached('cus_5');
    await expectReplacement(await withKeys(key('old')), customer);
  });

  it('not sealed at all', async () => {
    const unsealed = await stage.service({ CACHE_LOCAL_SECONDS: '0' });
    const customer = stage.customer({ stripe: linkedAs('cus_6') });
    await unsealed.http.get(customer.path).expect(200);
    await settled(unsealed);
    await expectReplacement(before, customer);
  });

  it('sealed, where there is no key', async () => {
    await expectReplacement(await stage.service({ CACHE_LOCAL_SECONDS: '0' }), await cached('cus_7'));
  });

  it('another customer’s, put under the key', async () => {
    const [customer, other] = [await cached('cus_8'), await cached('cus_9')];
    const foreign = Object.values(await fields(other));
    await spoilAll(customer, () => foreign.pop());
    await expectReplacement(before, customer);
  });

  it('the customer’s own, put under another link', async () => {
    const customer = await cached('cus_10');
    const own = await fields(customer);
    const { billingCustomerId } = customer;
    const key = await stage.keyOf(customer);
    await stage.raw.hset(key, {
      [`${stage.scope}response`]: own[`${stage.scope}response@${billingCustomerId}`],
      [`${stage.scope}link`]: own[`${stage.scope}link@${billingCustomerId}`],
    });
    const { body, headers } = await before.http.get(customer.unlinkedPath).expect(200);
    expect(headers['cache-status']).toMatch(/; fwd=partial;/);
    expect(body).toMatchObject({ billingCustomerId: null });
  });

  it.each([0, 4, 10, 20, 40, -1])('with a flipped bit at %d', async (position) => {
    const customer = await cached('cus_11');
    await spoilAll(customer, (value) => {
      const spoilt = Buffer.from(value);
      const at = position < 0 ? spoilt.length + position : spoilt.indexOf('\n') + 1 + position;
      spoilt[at] = (spoilt[at] ?? 0) ^ 1;
      return spoilt;
    });
    await expectReplacement(before, customer);
  });
});

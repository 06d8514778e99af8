import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { customerHash } from '../../src/profile-cache/cache-keys.ts';
import { linkedAs, openStage, type Stage } from '../profile-cache/stage.ts';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { fuzz, LIMIT_MS } from './fuzz.ts';

let stage: Stage;
let services: readonly Service[];

beforeAll(async () => {
  stage = await openStage();
  // Without copies, so every read takes the value in Redis.
  const variables = { CACHE_LOCAL_SECONDS: '0', BILLING_CONNECTORS: 'stripe', RESELLER_QUOTA_CALLS: '1000000' };
  const sealed = { ...variables, CACHE_ENCRYPTION_KEYS: `a:${Buffer.alloc(32, 1).toString('base64')}` };
  services = [await stage.service(variables), await stage.service({ ...sealed, CACHE_KEY_PREFIX: 'sealed' })];
});

afterAll(() => stage.close());

/** What is done to one of the fields. */
const damages = fc.record({
  field: fc.nat(20),
  how: fc.constantFrom('flip', 'cut', 'splice', 'replace', 'remove', 'move'),
  at: fc.nat(2000),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
});
type Damage = typeof damages extends fc.Arbitrary<infer One> ? One : never;

function damaged(value: Buffer, { how, at, bytes }: Damage): Buffer {
  const place = value.length === 0 ? 0 : at % value.length;
  const copy = Buffer.from(value);
  if (how === 'flip') copy[place] = (copy[place] ?? 0) ^ (1 << (at % 8));
  if (how === 'cut') return copy.subarray(0, place);
  if (how === 'splice') return Buffer.concat([copy.subarray(0, place), bytes, copy.subarray(place)]);
  return how === 'replace' ? Buffer.from(bytes) : copy;
}

it(
  'whatever is done to what is kept in Redis, a read answers what the sources say',
  async () => {
    await fuzz(
      fc.record({ sealed: fc.constantFrom(0, 1), damage: fc.array(damages, { minLength: 1, maxLength: 5 }) }),
      async ({ sealed, damage }) => {
        const service = services[sealed];
        if (!service) throw new Error('there is no such service');
        const customer = stage.customer({ stripe: linkedAs('cus_own') });
        const before = await service.http.get(customer.path).expect(200);
        await settled(service);
        const { customerId } = customer;
        const [key = ''] = await stage.raw.keys(`*${customerHash({ organisation: '*', customerId })}`);
        expect(Object.keys(await stage.raw.hgetall(key)).length).toBeGreaterThan(3);
        for (const one of damage) {
          const fields = Object.entries(await stage.raw.hgetallBuffer(key));
          const [name = '', value = Buffer.alloc(0)] = fields[one.field % Math.max(1, fields.length)] ?? [];
          const [other = 'x'] = fields[(one.field + 1) % Math.max(1, fields.length)] ?? [];
          if (one.how === 'remove') await stage.raw.hdel(key, name);
          else await stage.raw.hset(key, one.how === 'move' ? other : name, damaged(value, one));
        }
        const after = await service.http.get(customer.path).expect(200);
        expect({ ...after.body, sources: null }).toEqual({ ...before.body, sources: null });
        await settled(service);
      },
      { inputs: 60 },
    );
  },
  LIMIT_MS,
);

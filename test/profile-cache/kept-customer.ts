import type { Redis } from 'ioredis';
import { credentials } from '../../sandbox/credentials.ts';
import { Config } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/environment/read-env.ts';
import { customerHash, type ProfileKey } from '../../src/profile-cache/cache-keys.ts';
import { CachedCustomer } from '../../src/profile-cache/cached-customer.ts';
import type { CachedResponse } from '../../src/profile-cache/cached-response.ts';
import { FieldCodec } from '../../src/profile-cache/customer-hash/field-codec.ts';
import type { Parts } from '../../src/profile-cache/part.ts';
import { organisationAt, sandboxVariables } from '../support/service.ts';
import type { StagedCustomer } from './stage.ts';

/** Reads and writes fields that are not sealed. */
export const codec = new FieldCodec(new Config(readEnv(sandboxVariables('http://127.0.0.1:9'))));

/** A customer's data in Redis, with the link that the request names. */
export interface KeptCustomer {
  readonly parts: Parts;
  readonly response: CachedResponse | null;
}

/** The customer with the link that the request names, in no scope. */
export function keyOf({ customerId, billingCustomerId }: StagedCustomer): ProfileKey {
  return { organisation: credentials.billing.organisation, customerId, scope: '', variant: billingCustomerId };
}

/** What the fields of the customers begin with that services of a sandbox keep. */
export function scopeAt(sandboxUrl: string): string {
  return `${organisationAt(sandboxUrl).cacheScope}/`;
}

const withoutScope = (field: string): string => field.slice(field.indexOf('/') + 1);

/** The fields of a customer's hash that hold parts or responses, as they lie there. */
export async function fieldsOf(raw: Redis, key: ProfileKey): Promise<Readonly<Record<string, Buffer>>> {
  const fields = Object.entries(await raw.hgetallBuffer(customerHash(key)));
  return Object.fromEntries(
    fields.filter(([field]) => !['generation', 'version', 'linked'].includes(withoutScope(field))),
  );
}

/** The part under that key in Redis, unsealed; null when it holds no part that can be read. */
export async function keptCustomer(raw: Redis, customer: StagedCustomer): Promise<KeptCustomer | null> {
  const key = keyOf(customer);
  const fields = Object.entries(await fieldsOf(raw, key));
  const parts = fields.flatMap(([field, value]) => {
    const part = codec.decodePart(key, field, value);
    return part ? [[withoutScope(field), part] as const] : [];
  });
  const responses = fields.flatMap(([field, value]) => {
    const response = codec.decodeResponse(key, field, value);
    return response ? [[withoutScope(field), response] as const] : [];
  });
  const kept = new CachedCustomer('', new Map(parts), new Map(responses));
  return parts.length === 0 ? null : { parts: kept.partsOf(key.variant), response: kept.response(key.variant) };
}

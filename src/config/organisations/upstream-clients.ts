import { hash, scryptSync } from 'node:crypto';
import { type Env } from '../environment/env.ts';
import { type Credentials } from './organisations-file.ts';

/** The names of an organisation's clients at the upstreams, for keys in Redis. */
export interface UpstreamClients {
  /** The client of the reseller customers API: quota and cooldown belong to it. */
  readonly resellerClient: string;
  /** The client of the token issuer, whatever its secret: its cooldown belongs to it. */
  readonly issuerClient: string;
  /** The same with its secret: its token belongs to it. */
  readonly tokenClient: string;
  /** The client of the billing platform: its cooldown belongs to it. */
  readonly billingClient: string;
  /** Derived from both clients and the link resolvers. Parts that were cached under another scope are not served. */
  readonly cacheScope: string;
}

/** Few enough that many secrets share a name, which protects them; enough that two clients hardly ever share one. */
const NAME_BYTES = 9;
/** About two milliseconds of work, which slows down a search for short secrets. */
const COST = 1024;
/** Organisations may share a client: its name is derived once. */
const names = new Map<string, string>();

/** The names of an organisation's clients. */
export function upstreamClients(
  { id, resellerApiKey, resellerToken, billingApiKey }: Credentials,
  env: Env,
): UpstreamClients {
  const resellerClient = nameOf(env.RESELLER_API_URL, resellerApiKey);
  const billingClient = nameOf(env.BILLING_API_URL, env.BILLING_API_VERSION, billingApiKey, id);
  const secret = resellerToken.kind === 'client-credentials' ? resellerToken.clientSecret : undefined;
  const tokenClient = nameOf(env.RESELLER_TOKEN_URL, env.RESELLER_TOKEN_SCOPE, resellerApiKey, secret);
  return {
    resellerClient,
    issuerClient: nameOf(env.RESELLER_TOKEN_URL, resellerApiKey),
    tokenClient,
    billingClient,
    cacheScope: scopeOf(resellerClient, billingClient, env.LINK_RESOLVERS),
  };
}

/** A hash without a cost is enough: the names hold no secret. */
function scopeOf(...names: readonly (string | undefined)[]): string {
  return hash('sha256', JSON.stringify(names), 'buffer').subarray(0, NAME_BYTES).toString('base64url');
}

function nameOf(...parts: readonly (string | undefined)[]): string {
  const text = JSON.stringify(parts);
  const name = names.get(text) ?? scryptSync(text, 'customer-profiles', NAME_BYTES, { N: COST }).toString('base64url');
  names.set(text, name);
  return name;
}

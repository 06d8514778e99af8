import { hash, scryptSync } from 'node:crypto';
import { type Env } from './env.ts';

/** Names, for keys of Redis, of what decides whom an upstream answers and with what. */
export interface UpstreamClients {
  /** The client of the reseller customers API: quota and cooldown belong to it. */
  readonly resellerClient: string;
  /** The client of the token issuer, with its secret: its token belongs to it. */
  readonly tokenClient: string;
  /** The client of the billing platform: its cooldown belongs to it. */
  readonly billingClient: string;
  /** Both clients, and how a billing customer is found: what was cached under another scope is no answer. */
  readonly cacheScope: string;
}

interface ClientCredentials {
  readonly id: string;
  readonly resellerApiKey: string;
  readonly resellerToken: { readonly kind: 'static' } | { readonly kind: string; readonly clientSecret: string };
  readonly billingApiKey: string;
}

/** So few bits that many secrets have the same name, and so many that two clients hardly ever have. */
const NAME_BYTES = 9;
/** Two milliseconds of work: enough against a search for short secrets, beside the few bits. */
const COST = 1024;

/** The names of an organisation's clients. */
export function upstreamClients(
  { id, resellerApiKey, resellerToken, billingApiKey }: ClientCredentials,
  env: Env,
): UpstreamClients {
  const resellerClient = nameOf(env.RESELLER_API_URL, resellerApiKey);
  const billingClient = nameOf(env.BILLING_API_URL, env.BILLING_API_VERSION, billingApiKey, id);
  const secret = 'clientSecret' in resellerToken ? resellerToken.clientSecret : undefined;
  const tokenClient = nameOf(env.RESELLER_TOKEN_URL, env.RESELLER_TOKEN_SCOPE, resellerApiKey, secret);
  return {
    resellerClient,
    tokenClient,
    billingClient,
    cacheScope: scopeOf(resellerClient, billingClient, env.LINK_RESOLVERS),
  };
}

/** Of names, which hold no secret. */
function scopeOf(...names: readonly (string | undefined)[]): string {
  return hash('sha256', JSON.stringify(names), 'buffer').subarray(0, NAME_BYTES).toString('base64url');
}

function nameOf(...parts: readonly (string | undefined)[]): string {
  return scryptSync(JSON.stringify(parts), 'customer-profiles', NAME_BYTES, { N: COST }).toString('base64url');
}

import { type ConnectorName } from './connector-names.ts';
import { type Env } from './environment/env.ts';
import { splitList } from './environment/split-list.ts';
import { withoutTrailingSlash } from './http-config.ts';
import { type OutboundProxy } from './outbound-proxy.ts';

/** How the reseller customers API is called. */
export interface ResellerConfig {
  readonly maxAnswerBytes: number;
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly tokenUrl: string;
  readonly tokenScope: string;
  /** Calls in a rolling five seconds: `calls` of all processes together, `callsLocal` of this one while Redis is down. */
  readonly quota: { readonly calls: number; readonly callsLocal: number };
}

/** How the billing platform is called. */
export interface BillingConfig {
  readonly maxAnswerBytes: number;
  readonly baseUrl: string;
  readonly timeoutMs: number;
  readonly apiVersion: string | null;
  readonly connectors: readonly ConnectorName[];
}

export function resellerConfig(env: Env): ResellerConfig {
  return {
    baseUrl: withoutTrailingSlash(env.RESELLER_API_URL),
    timeoutMs: Math.min(env.RESELLER_TIMEOUT_MS, env.REQUEST_BUDGET_MS),
    maxAnswerBytes: env.RESELLER_MAX_BODY_BYTES,
    tokenUrl: env.RESELLER_TOKEN_URL,
    tokenScope: env.RESELLER_TOKEN_SCOPE,
    quota: { calls: env.RESELLER_QUOTA_CALLS, callsLocal: env.RESELLER_QUOTA_CALLS_LOCAL },
  };
}

export function billingConfig(env: Env): BillingConfig {
  return {
    baseUrl: withoutTrailingSlash(env.BILLING_API_URL),
    timeoutMs: Math.min(env.BILLING_TIMEOUT_MS, env.REQUEST_BUDGET_MS),
    maxAnswerBytes: env.BILLING_MAX_BODY_BYTES,
    apiVersion: env.BILLING_API_VERSION ?? null,
    connectors: splitList(env.BILLING_CONNECTORS) as ConnectorName[],
  };
}

/** @returns null when upstreams are called directly */
export function outboundProxy({
  UPSTREAM_PROXY_URL: url,
  UPSTREAM_NO_PROXY: exceptions = '',
}: Env): OutboundProxy | null {
  return url === undefined ? null : { url: new URL(url).href, exceptions: splitList(exceptions).join(',') };
}

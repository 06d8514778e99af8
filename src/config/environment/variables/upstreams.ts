import { IsOptional, Matches } from 'class-validator';
import { CONNECTOR_NAMES } from '../../connector-names.ts';
import { IsBaseUrl, IsListOf, IsProxyExceptionList, IsProxyUrl, IsVisibleAscii, IsWholeNumber } from '../env.rules.ts';
import { Variable } from '../variable.ts';

/** How both upstreams are called, for all organisations. */
export class UpstreamVariables {
  @Variable(
    'Proxy for the calls to the upstreams, the token issuer and the identity provider: http://user:password@host:port, or https. An https upstream is reached through a tunnel (CONNECT), requests to an http one are forwarded by the proxy. Never for Redis. HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY have no effect.',
    { secret: true },
  )
  @IsOptional()
  @IsProxyUrl()
  UPSTREAM_PROXY_URL?: string;

  @Variable(
    'Hosts that are called without UPSTREAM_PROXY_URL, comma-separated: host, host:port, IP address, and .suffix or *.suffix for the hosts below it; .suffix also covers the host itself.',
  )
  @IsOptional()
  @IsProxyExceptionList()
  UPSTREAM_NO_PROXY?: string;

  @Variable('Base URL of the reseller customers API.')
  @IsBaseUrl()
  RESELLER_API_URL = 'https://partners.adobe.io';

  @Variable('URL of the token issuer, for RESELLER_CLIENT_SECRET.')
  @IsBaseUrl()
  RESELLER_TOKEN_URL = 'https://ims-na1.adobelogin.com/ims/token/v3';

  @Variable('Scope of each token.')
  @IsVisibleAscii()
  RESELLER_TOKEN_SCOPE = 'openid,AdobeID,read_organizations';

  @Variable('Longest time one call to the reseller customers API or its token issuer may take.')
  @IsWholeNumber(1, 600_000)
  RESELLER_TIMEOUT_MS = 1500;

  @Variable(
    'Maximum bytes of an answer about a customer, uncompressed; a larger one counts as malformed. A customer with all of its contacts takes some 10,000.',
  )
  @IsWholeNumber(4096, 16_777_216)
  RESELLER_MAX_BODY_BYTES = 262_144;

  @Variable('Calls to the reseller customers API in a rolling five seconds, by all processes that share the Redis.')
  @IsWholeNumber(1)
  RESELLER_QUOTA_CALLS = 600;

  @Variable('The same for each process on its own, while Redis is unavailable.')
  @IsWholeNumber(1)
  RESELLER_QUOTA_CALLS_LOCAL = 250;

  @Variable('Base URL of the billing platform.')
  @IsBaseUrl()
  BILLING_API_URL = 'https://api.zenskar.com';

  @Variable('Value of the apiversion header; not sent when absent.')
  @IsOptional()
  @Matches(/^[\w.-]{1,32}$/, { message: 'must be 1 to 32 letters, digits, dots or hyphens' })
  BILLING_API_VERSION?: string;

  @Variable('Connectors to ask for, comma-separated, in the order they appear in a profile.')
  @IsListOf(CONNECTOR_NAMES)
  BILLING_CONNECTORS = CONNECTOR_NAMES.join(',');

  @Variable('Longest time one call to the billing platform may take.')
  @IsWholeNumber(1, 600_000)
  BILLING_TIMEOUT_MS = 1500;

  @Variable(
    'Maximum bytes of a connector’s answer, uncompressed; a larger one counts as malformed. A documented one takes some 500.',
  )
  @IsWholeNumber(4096, 16_777_216)
  BILLING_MAX_BODY_BYTES = 65_536;
}

import { credentials } from '../../sandbox/credentials.ts';
import { customers } from '../../sandbox/customers/customers.ts';
import { sandboxVariables, type Variables } from '../support/service.ts';

export const CALLER_KEY = 'zq7-key-of-a-caller';
export const REQUEST_BUDGET_MS = 30_000;
const ENCRYPTION_KEY = Buffer.alloc(32, 'zq7').toString('base64');

/** The service with a marked secret in every place that takes one; Redis is not there, so that its failures are logged too. */
export function canaryVariables(sandboxUrl: string, collectorUrl: string): Variables {
  return sandboxVariables(sandboxUrl, {
    LOG_LEVEL: 'trace',
    REDIS_URL: 'redis://zq7-redis-user:zq7-redis-password@127.0.0.1:9',
    AUTH_MODE: 'api-key',
    API_KEYS: `support:${CALLER_KEY}`,
    CACHE_ENCRYPTION_KEYS: `k1:${ENCRYPTION_KEY}`,
    RESELLER_TIMEOUT_MS: '10000',
    BILLING_TIMEOUT_MS: '10000',
    REQUEST_BUDGET_MS: String(REQUEST_BUDGET_MS),
    OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20zq7-collector',
  });
}

/** Everything secret: what the service was given, what the issuer gives it, and whatever has the mark. */
export const SECRETS: readonly string[] = [
  'zq7',
  ENCRYPTION_KEY,
  credentials.reseller.apiKey,
  credentials.reseller.clientSecret,
  credentials.billing.apiKey,
  'sandbox-issued-',
];

const PERSONAL = new Set([
  'companyName', 'firstName', 'lastName', 'email', 'phoneNumber', 'city', 'addressLine1', 'addressLine2', 'postalCode',
  'customer_name', 'reference_id',
]); // prettier-ignore

/** The names, addresses, e-mail addresses, telephone numbers and references of every sandbox customer. */
export const PERSONAL_DATA: readonly string[] = [...new Set(customers.flatMap((customer) => personal(customer)))];

/** The ids of every sandbox customer. They stand in paths and in keys, and in no span. */
export const CUSTOMER_IDS: readonly string[] = customers.flatMap(({ resource, billingCustomerId }) => [
  resource.customerId,
  ...(billingCustomerId === null ? [] : [billingCustomerId]),
]);

/** The canaries that a text contains. Digits count as a word of their own: ids and times contain any five of them by chance. */
export function found(canaries: readonly string[], text: string): readonly string[] {
  return canaries.filter((canary) => text.includes(canary) && (!/^\d+$/.test(canary) || isWord(canary, text)));
}

const isWord = (digits: string, text: string): boolean =>
  new RegExp(String.raw`(?<![0-9a-z]|\d\.)${digits}(?![0-9a-z])`, 'i').test(text);

function personal(value: unknown, name = ''): readonly string[] {
  if (typeof value === 'string') return PERSONAL.has(name) && value.length >= 4 ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => personal(inner, Array.isArray(value) ? name : key));
}

import { parse } from 'tldts';
import { CERTIFIED_MAIL, DISPOSABLE_MAIL, GROUP_MAIL, INVOICE_INBOXES } from './business-mail.ts';
import { CONSUMER_BRANDS, CONSUMER_MAIL } from './consumer-mail.ts';
import { PLACEHOLDER_DOMAINS, PLACEHOLDER_NAMES, RESERVED_TOP_LEVELS } from './reserved-domains.ts';

const SHARED: ReadonlySet<string> = new Set([
  ...CONSUMER_MAIL,
  ...CERTIFIED_MAIL,
  ...INVOICE_INBOXES,
  ...GROUP_MAIL,
  ...DISPOSABLE_MAIL,
  ...PLACEHOLDER_DOMAINS,
]);

/**
 * Whether a domain belongs to many companies, or to none, so that it says nothing about a company: it or one above it is listed, it is
 * a public suffix, its top level does not exist, or its name is a placeholder.
 * @param domain lower case
 * @param more the operator's own list
 */
export function isSharedDomain(domain: string, more: readonly string[]): boolean {
  if (RESERVED_TOP_LEVELS.has(domain.slice(domain.lastIndexOf('.') + 1))) return true;
  if (domainsAbove(domain).some((above) => SHARED.has(above) || more.includes(above))) return true;
  if (parse(domain, { allowPrivateDomains: true, extractHostname: false }).publicSuffix === domain) return true;
  const { domainWithoutSuffix: name, isIcann } = parse(domain, { extractHostname: false });
  if (isIcann !== true) return !domain.endsWith('.example');
  return name !== null && (PLACEHOLDER_NAMES.has(name) || isConsumerBrand(name, domain));
}

function isConsumerBrand(name: string, domain: string): boolean {
  const topLevel = domain.slice(domain.lastIndexOf('.') + 1);
  return CONSUMER_BRANDS.has(name) && (topLevel === 'com' || topLevel.length === 2);
}

/** mail.acme.co.uk, acme.co.uk, co.uk */
function domainsAbove(domain: string): readonly string[] {
  const labels = domain.split('.');
  return labels.slice(0, -1).map((_label, index) => labels.slice(index).join('.'));
}

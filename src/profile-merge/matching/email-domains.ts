import { PUBLIC_BRANDS, PUBLIC_EMAIL_PROVIDERS } from './public-email-providers.ts';

/** Second labels under which a country's registry sells names, as in acme.co.uk. */
const SECOND_LEVELS: ReadonlySet<string> = new Set([
  'ac', 'ad', 'asn', 'asso', 'co', 'com', 'ed', 'edu', 'firm', 'gc', 'gen', 'go', 'gob', 'gouv', 'gov', 'gr', 'gv', 'id', 'idv', 'ind', 'info',
  'k12', 'lg', 'ltd', 'me', 'mil', 'muni', 'ne', 'net', 'nhs', 'nic', 'nom', 'or', 'org', 'pe', 'plc', 'police', 're', 'res', 'sch', 'school',
  'web',
]); // prettier-ignore

/** Domains below which each tenant has its own subdomain. */
const SHARED_DOMAINS: ReadonlySet<string> = new Set([
  'onmicrosoft.com', 'myshopify.com', 'zendesk.com', 'freshdesk.com', 'odoo.com', 'herokuapp.com', 'github.io', 'amazonaws.com',
]); // prettier-ignore

/**
 * The part of a domain that its owner registered: acme.com of billing.acme.com, acme.co.uk of mail.acme.co.uk. By rule of
 * thumb, not by the public suffix list: where unsure, the longer domain, so that two owners are not taken for one.
 * @param domain lower case
 */
export function registrableDomain(domain: string): string {
  const labels = domain.split('.');
  const [second = '', top = ''] = labels.slice(-2);
  const last = (count: number): string => labels.slice(-count).join('.');
  if (SHARED_DOMAINS.has(last(2))) return last(3);
  if (top.length !== 2) return last(2);
  if (SECOND_LEVELS.has(second)) return last(3);
  // States and provinces, as in lincoln.k12.ca.us.
  return second.length === 2 && (top === 'us' || top === 'ca') ? domain : last(2);
}

/** Whether two domains are one owner's: the same, or below the same registered one. */
export function sameOwner(one: string, other: string): boolean {
  return one === other || registrableDomain(one) === registrableDomain(other);
}

/** Whether anybody can have an address there, so that it says nothing of a company. */
export function isPublicProvider(domain: string): boolean {
  const registered = registrableDomain(domain);
  if (PUBLIC_EMAIL_PROVIDERS.has(registered)) return true;
  const [brand = '', ...suffix] = registered.split('.');
  const top = suffix.at(-1) ?? '';
  return PUBLIC_BRANDS.has(brand) && (top === 'com' || top.length === 2);
}

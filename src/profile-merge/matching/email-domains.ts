import { getDomain, getDomainWithoutSuffix } from 'tldts';
import { PUBLIC_BRANDS, PUBLIC_EMAIL_PROVIDERS } from './public-email-providers.ts';

/** Domains that give each tenant a subdomain with mailboxes of its own, and are not on the Public Suffix List. */
const TENANT_DOMAINS = [
  // Microsoft 365: every tenant has an address here, and a new one has no other.
  'onmicrosoft.com', 'onmicrosoft.us', 'onmicrosoft.de', 'partner.onmschina.cn',
  // Help desks and business suites: they send as support@acme.zendesk.com until a company sets up its own domain.
  'zendesk.com', 'freshdesk.com', 'odoo.com', 'atlassian.net',
]; // prettier-ignore

/** Exchange Online uses contoso.mail.onmicrosoft.com to reach the mail server of contoso.onmicrosoft.com. */
const MICROSOFT_ROUTING = /\.mail(?=\.onmicrosoft\.)/;

/** Names that tldts reads correctly. In the address literal [192.0.2.1] it would find the domain "2.1]". */
const HOST_NAME = /^[^.[\]]+(\.[^.[\]]+)+$/;

/**
 * The part of a domain that its owner registered: acme.com of billing.acme.com, acme.co.uk of mail.acme.co.uk. It
 * follows the Public Suffix List with its private section. Where the list has no answer, the whole domain counts, so that two
 * owners stay two.
 * @param domain lower case
 */
export function registrableDomain(domain: string): string {
  if (!HOST_NAME.test(domain)) return domain;
  const tenantDomain = TENANT_DOMAINS.find((name) => domain.endsWith(`.${name}`));
  if (tenantDomain === undefined)
    return getDomain(domain, { allowPrivateDomains: true, extractHostname: false }) ?? domain;
  const name = domain.replace(MICROSOFT_ROUTING, '');
  const tenant = name
    .slice(0, -tenantDomain.length - 1)
    .split('.')
    .at(-1);
  return `${tenant}.${tenantDomain}`;
}

/** Whether two domains have one owner: they are equal, or below the same registered one. */
export function sameOwner(one: string, other: string): boolean {
  return one === other || registrableDomain(one) === registrableDomain(other);
}

/** Whether the domain belongs to a public e-mail provider. Such a domain says nothing about a company. */
export function isPublicProvider(domain: string): boolean {
  if (PUBLIC_EMAIL_PROVIDERS.has(registrableDomain(domain))) return true;
  const brand = getDomainWithoutSuffix(domain, { extractHostname: false });
  const topLevel = domain.slice(domain.lastIndexOf('.') + 1);
  return brand !== null && PUBLIC_BRANDS.has(brand) && (topLevel === 'com' || topLevel.length === 2);
}

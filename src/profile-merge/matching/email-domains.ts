import { getDomain, parse } from 'tldts';
import { isSharedDomain } from './shared-domains/shared-domains.ts';

/** Domains that give each tenant its own subdomain with mailboxes, and that the Public Suffix List lacks. */
const TENANT_DOMAINS = [
  // Microsoft 365: every tenant has an address here, and a new one has no other.
  'onmicrosoft.com', 'onmicrosoft.us', 'onmicrosoft.de', 'partner.onmschina.cn',
  // Help desks and business suites: they send as support@acme.zendesk.com until a company sets up its own domain.
  'zendesk.com', 'freshdesk.com', 'gorgias.com', 'odoo.com', 'atlassian.net', 'netsuite.com', 'sandbox.my.salesforce.com', 'my.salesforce.com',
  'sharepoint.com', 'slack.com', 'bamboohr.com', 'zohodesk.com', 'zohodesk.eu', 'service-now.com', 'personio.de',
  // Websites
  'wordpress.com', 'squarespace.com', 'weebly.com', 'jimdo.com', 'jimdofree.com', 'jimdosite.com', 'webnode.page', 'ucoz.ru', 'tilda.ws',
  // Registries that sell names below another's
  'co.uk.com',
]; // prettier-ignore

/** Exchange Online uses contoso.mail.onmicrosoft.com to reach the mail server of contoso.onmicrosoft.com. */
const MICROSOFT_ROUTING = /\.mail(?=\.onmicrosoft\.)/;

/** Names that tldts reads correctly. In the address literal [192.0.2.1] it would find the domain "2.1]". */
const HOST_NAME = /^[^.[\]]+(\.[^.[\]]+)+$/;

/**
 * The part of a domain that its owner registered: acme.com of billing.acme.com, acme.co.uk of mail.acme.co.uk. It follows
 * the Public Suffix List with its private section. When the list has no answer, the whole domain counts, so that two owners
 * stay two.
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

/**
 * A domain that says something about a company; null when it belongs to many companies, or to none. It drops an appended
 * `.invalid` or `.example`, which keeps a test system from writing to anybody.
 * @param domain a host name, lower case
 * @param shared the operator's own list of shared domains
 */
export function companyDomain(domain: string, shared: readonly string[]): string | null {
  const real = withoutAppendedEnding(domain);
  return isSharedDomain(real, shared) ? null : real;
}

/** "acme.com.invalid" is acme.com. Other names below .example stand for companies' own: "pay.acme.example" has no ending to drop. */
function withoutAppendedEnding(domain: string): string {
  const before = /^(.+?)(?:\.invalid)+$/.exec(domain)?.[1] ?? domain;
  const real = /^(.+\.(?:com|net|org|[a-z]{2}))\.example$/.exec(before)?.[1] ?? before;
  const isDomain = real.endsWith('.example') || parse(real, { extractHostname: false }).isIcann === true;
  return isDomain ? real : domain;
}

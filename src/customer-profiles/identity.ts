import { type ConnectorName } from '../config/connector-names.ts';
import { emailDomain, sameName } from './normalise.ts';
import { type Identity } from './profile.ts';
import { type ProfileParts } from './profile-parts.ts';

/**
 * Compares company names and e-mail domains of the reseller's view with each connector's.
 * `unknown`: nothing to compare. `consistent`: no difference. `contradictory`: two connectors or more, and not one of
 * them agrees in anything. `suspicious`: any other difference.
 */
export function judgeIdentity(parts: ProfileParts, connectors: readonly ConnectorName[]): Identity {
  const comparisons = connectors.flatMap((name) => compare(parts, name));
  const evidence = comparisons
    .filter(({ agrees }) => !agrees)
    .map(({ what, name }) => `${what}: reseller and ${name} differ`);
  if (comparisons.length === 0) return { verdict: 'unknown', evidence };
  if (evidence.length === 0) return { verdict: 'consistent', evidence };
  const compared = new Set(comparisons.map(({ name }) => name));
  const nothingAgrees = comparisons.every(({ agrees }) => !agrees);
  return { verdict: nothingAgrees && compared.size > 1 ? 'contradictory' : 'suspicious', evidence };
}

interface Comparison {
  readonly name: ConnectorName;
  readonly what: 'name' | 'e-mail domain';
  readonly agrees: boolean;
}

function compare(parts: ProfileParts, name: ConnectorName): Comparison[] {
  const customer = parts.reseller?.value;
  const reference = parts[name]?.value;
  if (!customer || !reference) return [];
  const comparisons: Comparison[] = [];
  if (customer.companyName !== null && reference.customerName !== null)
    comparisons.push({ name, what: 'name', agrees: sameName(customer.companyName, reference.customerName) });
  const ours = customer.account.contacts.flatMap(({ email }) => domainOf(email));
  const [theirs] = domainOf(reference.email);
  if (ours.length > 0 && theirs !== undefined)
    comparisons.push({ name, what: 'e-mail domain', agrees: ours.includes(theirs) });
  return comparisons;
}

function domainOf(email: string | null): string[] {
  const domain = email === null ? null : emailDomain(email);
  return domain === null ? [] : [domain];
}

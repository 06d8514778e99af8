import { type ConnectorName } from '../config/connector-names.ts';
import { type MergePolicy } from '../config/merge-policy/merge-policy.ts';
import { type SourceName } from '../config/source-names.ts';
import { sameName } from './matching/company-name.ts';
import { emailAddresses } from './matching/email-address.ts';
import { companyDomain, sameOwner } from './matching/email-domains.ts';
import { memoize } from './matching/memoize.ts';
import { isBlank } from './matching/normalise.ts';
import { type Identity } from './merge.schema.ts';
import { type ProfileParts } from './profile-parts.ts';

/**
 * Whether the sources seem to describe one company, by names, e-mail domains and the billing platform's `external_id`.
 * `docs/merging.md` has the rules. It informs only; no code acts on it.
 */
export function judgeIdentity(
  parts: ProfileParts,
  connectors: readonly ConnectorName[],
  { sharedDomains }: Pick<MergePolicy, 'sharedDomains'>,
): Identity {
  const evidence = [...compareConnectors(parts, connectors, sharedDomains), ...compareExternalId(parts)];
  const verdict = verdictOf(evidence);
  const shown = evidence.filter(({ agrees }) => agrees === (verdict === 'consistent'));
  const verb = verdict === 'consistent' ? 'agree' : 'differ';
  return { verdict, evidence: shown.map(({ what, source }) => `${what}: reseller and ${source} ${verb}`) };
}

interface Evidence {
  readonly what: 'name' | 'e-mail domain' | 'external reference id';
  /** The source that is compared with the reseller. */
  readonly source: Exclude<SourceName, 'reseller'>;
  readonly agrees: boolean;
}

function verdictOf(evidence: readonly Evidence[]): Identity['verdict'] {
  if (evidence.length === 0) return 'unknown';
  const differences = evidence.filter(({ agrees }) => !agrees);
  if (differences.length === 0) return 'consistent';
  const kinds = new Set(differences.map(({ what }) => what));
  const sources = new Set(differences.map(({ source }) => source));
  const nothingAgrees = differences.length === evidence.length;
  return nothingAgrees && kinds.size > 1 && sources.size > 1 ? 'contradictory' : 'suspicious';
}

function compareConnectors(
  parts: ProfileParts,
  connectors: readonly ConnectorName[],
  sharedDomains: readonly string[],
): readonly Evidence[] {
  const customer = parts.reseller?.value;
  if (!customer) return [];
  const companyName = readableName(customer.companyName);
  const emails = customer.account.contacts.map(({ email }) => email);
  const domains = companyDomains(emails, sharedDomains);
  const isOurName = companyName === null ? null : memoize((name: string) => sameName(companyName, name));
  const isOurDomain = memoize((theirs: string) => domains.some((ours) => sameOwner(ours, theirs)));
  return connectors.flatMap((source) => {
    const reference = parts[source]?.value;
    if (!reference) return [];
    const evidence: Evidence[] = [];
    const customerName = readableName(reference.customerName);
    if (isOurName && customerName !== null) evidence.push({ what: 'name', source, agrees: isOurName(customerName) });
    const theirs = domains.length === 0 ? [] : companyDomains([reference.email], sharedDomains);
    if (theirs.length > 0) evidence.push({ what: 'e-mail domain', source, agrees: theirs.some(isOurDomain) });
    return evidence;
  });
}

/** The billing platform may store the reseller's id there, or the marketplace's own; both confirm the link. */
function compareExternalId(parts: ProfileParts): readonly Evidence[] {
  const customer = parts.reseller?.value;
  const externalId = parts.billing?.value?.externalId ?? null;
  // HubSpot's synchronisation writes its own company id there, which says nothing about the reseller's customer.
  if (!customer || externalId === null || externalId === parts.hubspot?.value?.referenceId) return [];
  const { externalReferenceId } = customer.account;
  const agrees = externalId === externalReferenceId || externalId === customer.customerId;
  if (!agrees && externalReferenceId === null) return [];
  return [{ what: 'external reference id', source: 'billing', agrees }];
}

/** Null when the name shows nothing to a reader. */
const readableName = (name: string | null): string | null => (name === null || isBlank(name) ? null : name);

/** The company domains among the addresses in some texts, each once. */
function companyDomains(texts: readonly (string | null)[], sharedDomains: readonly string[]): readonly string[] {
  const addresses = texts.flatMap((text) => (text === null ? [] : emailAddresses(text)));
  const domains = new Set(addresses.map(({ domain }) => domain));
  return [...domains].flatMap((domain) => companyDomain(domain, sharedDomains) ?? []);
}

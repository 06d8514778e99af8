import { type ConnectorReference } from '../billing-connectors/connector.ts';
import { type ConnectorName } from '../config/connector-names.ts';
import { type MergePolicy } from '../config/merge-policy/merge-policy.ts';
import { type SourceName } from '../config/source-names.ts';
import { type ResolvedLink } from '../customer-links/link-resolver.ts';
import { parseName } from '../profile-merge/matching/company-name.ts';
import { type EmailAddress, emailAddresses } from '../profile-merge/matching/email-address.ts';
import { companyDomain, registrableDomain } from '../profile-merge/matching/email-domains.ts';
import { isBlank, normalisePhoneNumber, normaliseText } from '../profile-merge/matching/normalise.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { type ResellerCustomer } from '../reseller-customers/reseller-customer.ts';

/**
 * The parts with every value replaced by a placeholder: equal values get equal ones, names keep their legal form and the
 * place of their codes, and e-mail addresses their form, so that conflicts, rules and identity stay the same as with the
 * values.
 */
export function redactParts(parts: ProfileParts, { sharedDomains }: Pick<MergePolicy, 'sharedDomains'>): ProfileParts {
  const pseudonymiser = new Pseudonymiser(sharedDomains);
  const redacted = Object.entries(parts).map(([source, part]) => {
    const value: unknown = part.value;
    if (value === null) return [source, part] as const;
    return [source, { ...part, value: redactValue(source as SourceName, value, pseudonymiser) }] as const;
  });
  return Object.fromEntries(redacted);
}

function redactValue(source: SourceName, value: unknown, pseudonymiser: Pseudonymiser): unknown {
  switch (source) {
    case 'reseller':
      return pseudonymiser.customer(value as ResellerCustomer);
    case 'billing':
      return pseudonymiser.link(value as ResolvedLink);
    default:
      source satisfies ConnectorName;
      return pseudonymiser.reference(value as ConnectorReference);
  }
}

/** Replaces values with numbered placeholders, in the order in which it first sees them. */
class Pseudonymiser {
  private readonly numbers = new Map<string, number>();
  private readonly counts = new Map<string, number>();

  constructor(private readonly sharedDomains: readonly string[]) {}

  customer(customer: ResellerCustomer): ResellerCustomer {
    const { address, account } = customer;
    return {
      customerId: this.id(customer.customerId),
      companyName: this.name(customer.companyName),
      address: address && {
        country: this.text(address.country),
        region: this.text(address.region),
        city: this.text(address.city),
        addressLine1: this.text(address.addressLine1),
        addressLine2: this.text(address.addressLine2),
        postalCode: this.text(address.postalCode),
      },
      phoneNumber: this.phone(customer.phoneNumber),
      account: {
        ...(this.anything(account) as typeof account),
        externalReferenceId: this.id(account.externalReferenceId),
        contacts: account.contacts.map((contact) => ({
          firstName: this.text(contact.firstName),
          lastName: this.text(contact.lastName),
          email: this.email(contact.email),
          phoneNumber: this.phone(contact.phoneNumber),
        })),
      },
    };
  }

  link({ billingCustomerId, resolver, externalId }: ResolvedLink): ResolvedLink {
    const billing = String(this.number('billing customer', billingCustomerId)).padStart(12, '0');
    return {
      billingCustomerId: `00000000-0000-4000-8000-${billing}`,
      resolver,
      ...(externalId === undefined ? {} : { externalId: this.id(externalId) }),
    };
  }

  reference({ referenceId, customerName, email }: ConnectorReference): ConnectorReference {
    return { referenceId: this.id(referenceId), customerName: this.name(customerName), email: this.email(email) };
  }

  private name(name: string | null): string | null {
    if (name === null || isBlank(name)) return name;
    const { leading, stem, trailing, codes } = parseName(name);
    const placeholder = `<name ${this.number('name', stem || name)}>`;
    const hiddenCodes = codes.map((code) => `(ref-${10_000 + this.number('code', code)})`);
    const isInCapitals = /\p{Lu}/u.test(trailing);
    const cased = isInCapitals ? placeholder.toUpperCase() : placeholder;
    return [leading, cased, trailing, ...hiddenCodes].filter((word) => word !== '').join(' ');
  }

  private email(text: string | null): string | null {
    if (text === null) return null;
    const addresses = emailAddresses(text).map((address) => this.address(address));
    return addresses.length === 0 ? this.text(text) : addresses.join(', ');
  }

  private address({ local, domain }: EmailAddress): string {
    const own = companyDomain(domain, this.sharedDomains);
    const host = own === null ? 'gmail.com' : `domain${this.number('domain', registrableDomain(own))}.example`;
    return `address${this.number('address', `${local}@${domain}`)}@${host}`;
  }

  private phone(phone: string | null): string | null {
    return phone === null || isBlank(phone) ? phone : `<phone ${this.number('phone', normalisePhoneNumber(phone))}>`;
  }

  private text(text: string | null): string | null {
    const plain = text === null ? '' : normaliseText(text);
    return plain === '' ? text : `<text ${this.number('text', plain)}>`;
  }

  private id<Id extends string | null>(id: Id): Id {
    return (id === null ? id : `<id ${this.number('id', id)}>`) as Id;
  }

  private anything(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return 0;
    if (Array.isArray(value)) return value.map((item) => this.anything(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.anything(item)]));
  }

  private number(kind: string, value: string): number {
    const key = `${kind} ${value}`;
    const existing = this.numbers.get(key);
    if (existing !== undefined) return existing;
    const next = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, next);
    this.numbers.set(key, next);
    return next;
  }
}

import { flag, isObject, type JsonObject, list, object, text } from '../json/json.ts';
import { date, instant } from './dates.ts';
import {
  type Benefit,
  type Commitment,
  type LinkedMembership,
  type PostalAddress,
  type ResellerAccount,
} from './reseller-account.schema.ts';
import { type ResellerCustomer } from './reseller-customer.ts';

/** @see the reseller customers API: customer account status codes */
const STATUS_LABELS: ReadonlyMap<string, string> = new Map([
  ['1000', 'active'],
  ['1002', 'pending'],
  ['1004', 'inactive'],
  ['1010', 'inactive_invalid_address'],
  ['1012', 'inactive_account_blocked'],
  ['1014', 'inactive_duplicate'],
]);

/**
 * Reads the customer resource leniently: only `customerId` is required; unknown fields and values do no harm.
 * @returns null when it is not a customer at all
 */
export function readCustomer(body: unknown): ResellerCustomer | null {
  if (!isObject(body)) return null;
  const customerId = text(body.customerId);
  if (customerId === null) return null;
  const profile = object(body.companyProfile);
  return {
    customerId,
    companyName: text(profile.companyName),
    address: readAddress(profile.address),
    phoneNumber: text(object(profile.address).phoneNumber),
    account: readAccount(body, profile),
  };
}

function readAccount(body: JsonObject, profile: JsonObject): ResellerAccount {
  const benefits = objects(body.benefits).flatMap(readBenefit);
  const status = text(body.status);
  return {
    externalReferenceId: text(body.externalReferenceId),
    resellerId: text(body.resellerId),
    status: status === null ? null : { code: status, label: STATUS_LABELS.get(status) ?? null },
    globalSalesEnabled: flag(body.globalSalesEnabled),
    preferredLanguage: text(profile.preferredLanguage),
    marketSegment: text(profile.marketSegment),
    marketSubSegments: texts(profile.marketSubSegments),
    contacts: objects(profile.contacts).map((contact) => ({
      firstName: text(contact.firstName),
      lastName: text(contact.lastName),
      email: text(contact.email),
      phoneNumber: text(contact.phoneNumber),
    })),
    discounts: objects(body.discounts).map((discount) => ({
      offerType: text(discount.offerType),
      level: text(discount.level),
      discountCode: text(discount.discountCode),
    })),
    benefits,
    largeGovernmentAgency: benefits.some(({ type }) => type === 'LARGE_GOVERNMENT_AGENCY'),
    linkedMembership: readMembership(body.linkedMembership),
    tags: texts(body.tags),
    cotermDate: date(body.cotermDate),
    createdAt: instant(body.creationDate),
  };
}

function readAddress(value: unknown): PostalAddress | null {
  const wire = object(value);
  const address = {
    country: text(wire.country),
    region: text(wire.region),
    city: text(wire.city),
    addressLine1: text(wire.addressLine1),
    addressLine2: text(wire.addressLine2),
    postalCode: text(wire.postalCode),
  };
  return Object.values(address).every((part) => part === null) ? null : address;
}

function readBenefit(wire: JsonObject): Benefit[] {
  const type = text(wire.type);
  if (type === null) return [];
  return [
    {
      type,
      status: text(wire.status),
      commitment: readCommitment(wire.commitment),
      commitmentRequest: readCommitment(wire.commitmentRequest),
      recommitmentRequest: readCommitment(wire.recommitmentRequest),
    },
  ];
}

function readCommitment(value: unknown): Commitment | null {
  if (!isObject(value)) return null;
  return {
    startDate: date(value.startDate),
    endDate: date(value.endDate),
    status: text(value.status),
    minimumQuantities: objects(value.minimumQuantities).map((minimum) => ({
      offerType: text(minimum.offerType),
      quantity: quantity(minimum.quantity),
    })),
  };
}

/** The upstream's prose says array, its example shows an object; this reads both. */
function readMembership(value: unknown): LinkedMembership | null {
  const [wire] = objects(value);
  if (!wire || Object.keys(wire).length === 0) return null;
  return {
    id: text(wire.id),
    name: text(wire.name),
    type: text(wire.type),
    linkedMembershipType: text(wire.linkedMembershipType),
    createdAt: instant(wire.creationDate),
    country: text(wire.country),
    benefitTypes: texts(wire.benefitTypes),
  };
}

function quantity(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

const objects = (value: unknown): readonly JsonObject[] => list(value).filter(isObject);
const texts = (value: unknown): readonly string[] =>
  list(value)
    .map(text)
    .filter((item) => item !== null);

import { flag, isObject, type JsonObject, object, objects, text, texts } from '../json/json.ts';
import { isLargeGovernmentAgency, readBenefits } from './benefits.wire.ts';
import { date, instant } from './dates.ts';
import { type LinkedMembership, type PostalAddress, type ResellerAccount } from './reseller-account.schema.ts';
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
 * Reads the customer resource leniently: only `customerId` is required; it ignores unknown fields and values.
 * @returns null when it is not a customer at all
 * @throws InexactNumberError when it reads a number that is not known exactly
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
  const [linkedMembership = null, ...otherLinkedMemberships] = objects(body.linkedMembership).map(readMembership);
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
    benefits: readBenefits(body.benefits),
    largeGovernmentAgency: isLargeGovernmentAgency(body.benefits),
    linkedMembership,
    otherLinkedMemberships,
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

/** The upstream's prose says array, its example shows an object; `objects` reads both. */
function readMembership(wire: JsonObject): LinkedMembership {
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

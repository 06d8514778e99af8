import { type PostalAddress } from '../reseller-customers/reseller-customer.ts';

/** A partner's decoration at the end of a company name, such as " (AGR-1234)". */
const DECORATION = /\s*\([A-Z]{2,8}-\d{1,12}\)\s*$/i;

/** A company name without what does not tell companies apart: Unicode form, case, spacing, a partner's decoration. */
export function normaliseName(name: string): string {
  return plain(name.normalize('NFKC').replace(DECORATION, ''));
}

export const sameName = (one: string, other: string): boolean => normaliseName(one) === normaliseName(other);
export const sameEmail = (one: string, other: string): boolean => plain(one) === plain(other);
export const samePhoneNumber = (one: string, other: string): boolean => digits(one) === digits(other);

export function sameAddress(one: PostalAddress, other: PostalAddress): boolean {
  const keys = Object.keys(one) as (keyof PostalAddress)[];
  return keys.every((key) => plain(one[key] ?? '') === plain(other[key] ?? ''));
}

/** The part of an address after the last @, in lower case; null when it is no e-mail address. */
export function emailDomain(email: string): string | null {
  return /^[^@\s]+@([^@\s]+\.[^@\s]+)$/.exec(email.trim())?.[1]?.toLowerCase() ?? null;
}

const plain = (text: string): string => text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
const digits = (text: string): string => text.replace(/\D/g, '');

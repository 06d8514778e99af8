import { type PostalAddress } from '../reseller-customers/reseller-customer.ts';

/** Partners' decorations at the end of a plain company name, such as " (agr-1234)". */
const DECORATIONS = /(?: ?\([a-z]{2,8}-\d{1,12}\)){1,3}$/;

/** A company name without what does not tell companies apart: Unicode form, case, spacing, a partner's decoration. */
export function normaliseName(name: string): string {
  return plain(name).replace(DECORATIONS, '');
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
  const [local = '', domain = '', ...more] = email.trim().toLowerCase().split('@');
  const isAddress =
    local !== '' && more.length === 0 && !/\s/.test(local + domain) && domain.slice(1, -1).includes('.');
  return isAddress ? domain : null;
}

const plain = (text: string): string => text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();
const digits = (text: string): string => text.replace(/\D/g, '');

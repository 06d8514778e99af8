import { domainToASCII } from 'node:url';
import { normaliseText } from './normalise.ts';

/** Whether two e-mail addresses are one. Case, invisible characters and the domain's encoding do not count; dots and tags do. */
export function sameEmail(one: string, other: string): boolean {
  return one === other || normaliseEmail(one) === normaliseEmail(other);
}

/** An e-mail address, prepared for comparison. Any other text is normalised. */
export function normaliseEmail(email: string): string {
  const plain = normaliseText(email);
  const domain = emailDomain(plain);
  return domain === null ? plain : `${plain.slice(0, plain.lastIndexOf('@'))}@${domain}`;
}

/** The part of an address after the @, in lower case and as the DNS writes it; null when it is no e-mail address. */
export function emailDomain(email: string): string | null {
  const plain = normaliseText(email);
  const at = plain.lastIndexOf('@');
  const local = plain.slice(0, at);
  const domain = plain.slice(at + 1);
  if (at < 1 || local.includes('@') || domain.length > 253 || /\s/.test(plain)) return null;
  if (!domain.slice(1, -1).includes('.')) return null;
  const bare = domain.replace(/\.$/, '');
  return /^[\x21-\x7e]*$/.test(bare) ? bare : domainToASCII(bare) || bare;
}

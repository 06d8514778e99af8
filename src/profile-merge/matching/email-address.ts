import { domainToASCII } from 'node:url';
import { normaliseText, withoutInvisible } from './normalise.ts';

/** An e-mail address, prepared for comparison. */
export interface EmailAddress {
  readonly local: string;
  /** A host name with a dot, in lower case and as the DNS writes it. */
  readonly domain: string;
}

/** Longer texts are not searched for addresses. */
const MAX_LENGTH = 10_000;
const MAX_ADDRESS_LENGTH = 400;
const SEPARATORS = /[,;|，；、]/;
/** Items of a list. A separator inside quotes is part of a name, as in `"Berg, Ida" <ida@one.example>`. */
const ITEMS = new RegExp(`(?:"[^"]*"|(?!${SEPARATORS.source})[^])+`, 'g');
const COMMENT = /\([^()@]*\)/g;
const BEFORE_ADDRESS = /^(?:(?:mailto|e-?mail):|[\p{Quotation_Mark}<([{*`])+/iu;
const AFTER_ADDRESS = /[\p{Quotation_Mark}>)\]}*`.,:!?/\\]+$/u;
const QUOTED = /^("(?:[^"\\]|\\.){1,62}")@([^@]+)$/;
/** RFC 5322's dot-atom, with letters of any language (RFC 6532). */
const DOT_ATOM = /^[^\s\p{Cc}"(),.:;<>@[\\\]]+(?:\.[^\s\p{Cc}"(),.:;<>@[\\\]]+)*$/u;
/** The characters of a host name before IDNA, including those that some scripts need inside a label. */
const HOST_CHARACTERS = /^(?:[\p{L}\p{M}\p{N}.\-·・׳״。．｡]|\u200c|\u200d){1,300}$/u;
const LABEL = '[a-z\\d](?:[a-z\\d-]{0,61}[a-z\\d])?';
const HOST_NAME = new RegExp(`^(?=.{1,253}$)(?:${LABEL}\\.)+(?=[a-z\\d-]*[a-z])${LABEL}$`);
/** An address that is all of its text, as systems write it. */
const PLAIN = new RegExp(
  `^(?=.{1,64}@.{1,253}$)([a-z\\d+_-]+(?:\\.[a-z\\d+_-]+)*)@((?:${LABEL}\\.)+(?=[a-z\\d-]*[a-z])${LABEL})$`,
);
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
/** A joiner is part of a letter in Persian or Indic words, and meaningless elsewhere. */
const STRAY_JOINERS = /(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f\u200c\u200d])/gu; // eslint-disable-line no-control-regex

/** Whether two e-mail addresses, or lists of them, are the same. It ignores case and the domain's encoding, but not dots and tags. */
export function sameEmail(one: string, other: string): boolean {
  return one === other || normaliseEmail(one) === normaliseEmail(other);
}

/** The sorted addresses in a text; a text without an address, normalised. */
function normaliseEmail(text: string): string {
  const addresses = emailAddresses(text).map(({ local, domain }) => `${local}@${domain}`);
  return addresses.length === 0 ? normaliseText(text) : [...new Set(addresses)].sort().join(', ');
}

/** The addresses in a text: one or several, alone, in brackets or quotes, or after a name. None when other words surround them. */
export function emailAddresses(text: string): readonly EmailAddress[] {
  // Most texts take this path, which is ten times as fast.
  const [, local, domain] = PLAIN.exec(text) ?? [];
  if (local !== undefined && domain !== undefined) return [{ local, domain }];
  if (text.length > MAX_LENGTH || !/[@＠﹫]/.test(text)) return [];
  const items = readable(text).replace(COMMENT, ' ').matchAll(ITEMS);
  return [...items].flatMap(([item]) => addressesOfItem(item.trim()));
}

/** The ASCII form of a host name as people write it; null when it is not a host name, or has no dot. */
export function hostName(text: string): string | null {
  const bare = text.replace(/\.$/, '');
  const name = bare.toLowerCase();
  if (!HOST_CHARACTERS.test(name)) return null;
  const isPlain = PRINTABLE_ASCII.test(name);
  const ascii = isPlain ? name : domainToASCII(bare);
  return HOST_NAME.test(ascii) ? ascii : null;
}

function addressesOfItem(item: string): readonly EmailAddress[] {
  const inBrackets = [...item.matchAll(/<[^<>]*>/g)].flatMap(([part]) => read(part.slice(1, -1)) ?? []);
  if (inBrackets.length > 0) return inBrackets;
  const quoted = read(item);
  if (quoted !== null) return [quoted];
  const words = item.split(/\s+/).map(read);
  return words.every((address) => address !== null) ? words : [];
}

function read(text: string): EmailAddress | null {
  const whole = text.trim();
  if (whole.length > MAX_ADDRESS_LENGTH) return null;
  const bare = whole
    .replace(BEFORE_ADDRESS, '')
    .replace(/\?[^@]*$/, '')
    .replace(AFTER_ADDRESS, '');
  const found = QUOTED.exec(whole) ?? /^([^@]{1,64})@([^@]+)$/.exec(bare);
  if (!found) return null;
  // Both groups are in every match.
  const [, local, host] = found as unknown as readonly [string, string, string];
  const isLocal = DOT_ATOM.test(local) || QUOTED.test(`${local}@x`);
  const domain = isLocal ? hostName(host) : null;
  return domain === null ? null : { local: normaliseText(local), domain };
}

/** The text without invisible characters, with spaces for control characters and ordinary signs for wide ones. */
function readable(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  const joined = text.replace(STRAY_JOINERS, '');
  const visible = joined
    .split(/([\u200c\u200d]+)/u)
    .map((part, index) => (index % 2 === 1 ? part : withoutInvisible(part)));
  return visible
    .join('')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/[＠﹫]/g, '@')
    .replaceAll('＜', '<')
    .replaceAll('＞', '>');
}

import { hash } from 'node:crypto';
import { isObject } from '../../json/json.ts';
import { type CallerEntry, entryIssues, repetitionIssues } from './caller-entry.ts';
import { type CallerLimits, callerLimits, sharesTooMuch } from './caller-limits.ts';
import { EVERY_RIGHT, type Right } from './rights.ts';

/** A caller with keys. */
export interface KeyedCaller {
  readonly name: string;
  /** At most two, so that a new key can replace the old one. */
  readonly keys: readonly CallerKey[];
  /** Lower case; null: every organisation. */
  readonly organisations: readonly string[] | null;
  readonly rights: ReadonlySet<Right>;
  readonly limits: CallerLimits;
}

interface CallerKey {
  /** The digest of the key, in lower-case hex. */
  readonly sha256: string;
  /** Epoch milliseconds, by the time of day; Infinity: it never expires. */
  readonly notAfter: number;
}

/** The content of `CALLERS_FILE`, or its issues, which repeat no value. */
export type ParsedCallers = { readonly callers: readonly KeyedCaller[] } | { readonly issues: readonly string[] };

/** Some 5,000 callers. */
export const MAX_CALLERS_FILE_BYTES = 1_048_576;

/** In lower-case hex. */
export const sha256 = (key: string): string => hash('sha256', key);

/** A caller of `API_KEYS`: `name:key`, or `name@organisation:key`. It has every right. */
export function callerOfPair(pair: string, limits: CallerLimits): KeyedCaller {
  const colon = pair.indexOf(':');
  const [name = '', organisation] = pair.slice(0, colon).split('@');
  return {
    name,
    keys: [{ sha256: sha256(pair.slice(colon + 1)), notAfter: Infinity }],
    organisations: organisation === undefined ? null : [organisation.toLowerCase()],
    rights: EVERY_RIGHT,
    limits,
  };
}

/** Reads the content of `CALLERS_FILE`. @param defaults the limits of callers without their own */
export function parseCallers(text: string, defaults: CallerLimits): ParsedCallers {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return { issues: ['is not JSON'] };
  }
  const { callers: entries, ...others } = isObject(content) ? content : {};
  if (!Array.isArray(entries) || entries.length === 0) return { issues: ['callers must be a list that is not empty'] };
  const issues = [
    ...(Object.keys(others).length > 0 ? ['may have only: callers'] : []),
    ...entries.flatMap((entry, index) => entryIssues(entry, `callers[${index}]`)),
    ...repetitionIssues(entries),
  ];
  if (issues.length > 0) return { issues };
  const callers = entries.map((entry) => caller(entry as CallerEntry, defaults));
  if (sharesTooMuch(callers)) return { issues: ['the quotaShare of an organisation’s callers add up to more than 1'] };
  return { callers };
}

function caller(entry: CallerEntry, defaults: CallerLimits): KeyedCaller {
  const { name, keys = [], keySha256, organisations, rights, limits = {} } = entry;
  const all: NonNullable<CallerEntry['keys']> = keySha256 === undefined ? keys : [{ sha256: keySha256 }];
  return {
    name,
    keys: all.map((key) => ({
      sha256: key.sha256.toLowerCase(),
      notAfter: key.notAfter === undefined ? Infinity : Date.parse(key.notAfter),
    })),
    organisations: organisations === undefined ? null : [...new Set(organisations.map((id) => id.toLowerCase()))],
    rights: new Set(rights),
    limits: callerLimits(limits, defaults),
  };
}

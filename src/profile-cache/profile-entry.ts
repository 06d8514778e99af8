import { isObject } from '../upstream/json.ts';
import { type Part } from './part.ts';

/** Part of every key: a deploy that changes the shape of what is cached counts it up and never reads the old one. */
export const SHAPE_VERSION = 2;

/** One customer of one organisation; `variant` is the billing customer the request itself named, or `stored-link`. */
export interface ProfileKey {
  readonly organisation: string;
  readonly customerId: string;
  readonly variant: string;
}

/** The merged record with the parts it was made of. */
export interface ProfileEntry {
  readonly organisation: string;
  readonly customerId: string;
  readonly variant: string;
  /** By source name. */
  readonly parts: Readonly<Record<string, Part>>;
  /** Merged from all configured sources; null when only some were asked. */
  readonly record: unknown;
}

export function encodeEntry(entry: ProfileEntry): string {
  return JSON.stringify(entry);
}

/** @returns null for anything that is not an entry of exactly this key: corrupt, foreign, or another customer's */
export function decodeEntry(value: string, key: ProfileKey): ProfileEntry | null {
  let entry: unknown;
  try {
    entry = JSON.parse(value);
  } catch {
    return null;
  }
  if (!isObject(entry) || entry.customerId !== key.customerId || entry.variant !== key.variant) return null;
  if (entry.organisation !== key.organisation || !isRecord(entry.record, key)) return null;
  if (!isObject(entry.parts) || !Object.values(entry.parts).every(isPart)) return null;
  return entry as unknown as ProfileEntry;
}

function isRecord(value: unknown, { customerId }: ProfileKey): boolean {
  return value === null || (isObject(value) && value.customerId === customerId);
}

function isPart(value: unknown): value is Part {
  if (!isObject(value) || typeof value.state !== 'string') return false;
  if (value.value !== null && !isObject(value.value)) return false;
  const failure = value.failure;
  return (
    ['fetchedAt', 'checkedAt', 'changedAt', 'freshUntil', 'staleUntil'].every((name) => Number.isFinite(value[name])) &&
    (failure === null || (isObject(failure) && typeof failure.state === 'string' && Number.isFinite(failure.retryAt)))
  );
}

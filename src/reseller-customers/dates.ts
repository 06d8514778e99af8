import { isCalendarDay } from '../config/iso-dates.ts';
import { text } from '../json/json.ts';

const DAY = /\d{4}-\d{2}-\d{2}/;
const ZONE = /Z|[+-]\d{2}(?::?\d{2})?/;
const INSTANT = new RegExp(
  `^(${DAY.source})[T ](\\d{2}:\\d{2})(?::(\\d{2})(?:[.,](\\d+))?)?\\s?(${ZONE.source})?$`,
  'i',
);
type Instant = readonly [all: string, day: string, minute: string, second?: string, fraction?: string, zone?: string];
/** XML's date may have a zone. */
const DATE = new RegExp(`^(${DAY.source})(?:${ZONE.source})?$`, 'i');

/**
 * An instant as ISO 8601 with Z, to the second unless it has a fraction. Seconds may be left out. Without a zone it is UTC,
 * as the upstream intends; `new Date()` would read it as local time.
 * @returns null when it is not an instant
 */
export function instant(value: unknown): string | null {
  const parts = INSTANT.exec(text(value)?.trim() ?? '');
  if (!parts) return null;
  const [, day, minute, second = '00', fraction = '', zone = 'Z'] = parts as unknown as Instant;
  if (!isCalendarDay(day)) return null;
  const time = fraction === '' ? `${minute}:${second}` : `${minute}:${second}.${fraction}`;
  const at = new Date(`${day}T${time}${inFull(zone.toUpperCase())}`);
  if (Number.isNaN(at.getTime()) || !/^\d{4}-/.test(at.toISOString())) return null;
  return fraction === '' ? at.toISOString().replace('.000Z', 'Z') : at.toISOString();
}

/** A calendar date, YYYY-MM-DD; for an instant the date as written. Null when it is not a date. */
export function date(value: unknown): string | null {
  const written = text(value)?.trim() ?? '';
  const day = (instant(written) === null ? DATE : INSTANT).exec(written)?.[1] ?? '';
  return isCalendarDay(day) ? day : null;
}

/** An offset with hours and minutes, or Z. */
const inFull = (zone: string): string =>
  zone.length < 3 ? zone : `${zone.slice(0, 3)}:${zone.slice(3).replace(':', '') || '00'}`;

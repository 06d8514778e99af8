const MAX_MS = 24 * 3600 * 1000;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const TIME = '(?<time>\\d{2}:\\d{2}:\\d{2})';
/** The three forms of RFC 9110, section 5.6.7; senders use the first. */
const HTTP_DATES = [
  `[A-Z][a-z]{2}, (?<day>\\d{2}) (?<month>[A-Z][a-z]{2}) (?<year>\\d{4}) ${TIME} GMT`,
  `[A-Z][a-z]{5,8}, (?<day>\\d{2})-(?<month>[A-Z][a-z]{2})-(?<year>\\d{2}) ${TIME} GMT`,
  `[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`));
type DateParts = Readonly<Record<'day' | 'month' | 'year' | 'time', string>>;

/**
 * `Retry-After` (RFC 9110, section 10.2.3) as milliseconds from `now`.
 * @returns null when absent or invalid (negative, not a number or date, over a day)
 */
export function retryAfterMs(header: unknown, now: number): number | null {
  if (typeof header !== 'string') return null;
  const value = header.trim();
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : httpDate(value, now) - now;
  return Number.isFinite(ms) && ms >= 0 && ms <= MAX_MS ? ms : null;
}

function httpDate(value: string, now: number): number {
  for (const form of HTTP_DATES) {
    const parts = form.exec(value)?.groups as DateParts | undefined;
    if (parts) return epochMs(parts, now);
  }
  return NaN;
}

function epochMs({ day, month, year, time }: DateParts, now: number): number {
  const monthNumber = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  return Date.parse(`${inFull(year, now)}-${monthNumber}-${day.trim().padStart(2, '0')}T${time}Z`);
}

/** A year of two or four digits is the current one, or the one in a day: no other date is useful. */
function inFull(year: string, now: number): string {
  const years = [now, now + MAX_MS].map((at) => String(new Date(at).getUTCFullYear()));
  return years.find((full) => full.endsWith(year)) ?? '';
}

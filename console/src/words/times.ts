const TIME = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const WHOLE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'long' });

/** "14:02" today, "3 Nov 2026, 14:02" otherwise, in the reader's own time zone. @param now epoch milliseconds */
export function clockTime(instant: string, now: number): string {
  const at = new Date(instant);
  const time = TIME.format(at);
  return DAY.format(at) === DAY.format(now) ? time : `${DAY.format(at)}, ${time}`;
}

/** With the zone. */
export const wholeTime = (instant: string): string => WHOLE.format(new Date(instant));

const UNITS = [
  [86_400, 'day'],
  [3600, 'h'],
  [60, 'min'],
] as const;

/** "8 s", "3 min", "2 h", "5 days". */
export function duration(seconds: number): string {
  for (const [length, unit] of UNITS) {
    const count = Math.round(seconds / length);
    if (seconds < length) continue;
    if (count >= 1) return unit === 'day' ? `${count} day${count === 1 ? '' : 's'}` : `${count} ${unit}`;
  }
  return `${Math.max(0, Math.round(seconds))} s`;
}

/** @param at epoch milliseconds */
export const isoTime = (at: number): string => new Date(at).toISOString();

/** Epoch milliseconds as ISO 8601 with Z. */
export const isoInstant = (epochMs: number): string => new Date(epochMs).toISOString();

/** Whether `YYYY-MM-DD` is a day. `Date` takes a day that the month does not have for one of the next month. */
export function isCalendarDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}

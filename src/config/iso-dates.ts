/** Epoch milliseconds as ISO 8601 with Z. */
export const isoInstant = (epochMs: number): string => new Date(epochMs).toISOString();

/** Whether the day `YYYY-MM-DD` exists. `Date` would read 30 February as a day in March. */
export function isCalendarDay(day: string): boolean {
  const at = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(day);
}

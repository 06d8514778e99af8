const MAX_MS = 24 * 3600 * 1000;

/**
 * `Retry-After` (RFC 9110, section 10.2.3) as milliseconds from `now`.
 * @returns null when absent or senseless (negative, not a number or date, over a day)
 */
export function retryAfterMs(header: unknown, now: number): number | null {
  if (typeof header !== 'string') return null;
  const value = header.trim();
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : httpDate(value) - now;
  return Number.isFinite(ms) && ms >= 0 && ms <= MAX_MS ? ms : null;
}

function httpDate(value: string): number {
  return /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value) ? Date.parse(value) : NaN;
}

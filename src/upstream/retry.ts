import { type UpstreamError } from './upstream-error.ts';

const MAX_ATTEMPTS = 2;
const JITTER_MS = 100;
/** With less time left than this, a retry cannot be answered. */
const MIN_USEFUL_MS = 20;

/**
 * The wait before the one retry, with full jitter. It is never shorter than the upstream's `Retry-After`.
 * @returns milliseconds; null: do not retry
 */
export function retryDelayMs(error: UpstreamError, attempt: number, remainingMs: number): number | null {
  if (attempt >= MAX_ATTEMPTS || !error.retryable) return null;
  if (error.state === 'throttled' && error.retryAfterMs === null) return null;
  const delayMs = (error.retryAfterMs ?? 0) + (error.answered ? Math.random() * JITTER_MS : 0);
  return delayMs + MIN_USEFUL_MS <= remainingMs ? delayMs : null;
}

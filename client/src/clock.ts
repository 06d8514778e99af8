/** Where the client takes elapsed time and timers from. */
export interface ClientClock {
  /** Elapsed milliseconds since any fixed moment. */
  now(): number;
  /** Calls `fire` after so many milliseconds. @returns what cancels it */
  after(ms: number, fire: () => void): () => void;
  /** The time of day in milliseconds since 1970, to compare with a date in `Retry-After`. */
  timeOfDay(): number;
}

/** A timer for longer would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export const systemClock: ClientClock = {
  now: () => performance.now(),
  after: (ms, fire) => {
    const timer = setTimeout(fire, Math.min(ms, MAX_TIMER_MS));
    return () => {
      clearTimeout(timer);
    };
  },
  timeOfDay: () => Date.now(),
};

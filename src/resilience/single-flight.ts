import { type Clock } from '../config/clock.ts';
import { Deadline } from './deadline.ts';

interface Flight {
  readonly result: Promise<unknown>;
  readonly abort: AbortController;
  waiters: number;
}

/** Concurrent calls with the same key share one flight. Each waiter has its own deadline; the last one to leave aborts it. */
export class SingleFlight {
  private readonly flights = new Map<string, Flight>();

  constructor(private readonly clock: Clock) {}

  /**
   * @param key calls with the same key share a flight
   * @param deadline the waiter's own
   * @param maxMs how long the flight may take, independent of its waiters
   * @param start makes the call
   * @param timeoutError what to throw when the waiter's deadline comes first
   */
  async run<T>(
    key: string,
    deadline: Deadline,
    maxMs: number,
    start: (own: Deadline) => Promise<T>,
    timeoutError: () => Error,
  ): Promise<T> {
    const flight = this.flights.get(key) ?? this.begin(key, maxMs, start);
    flight.waiters += 1;
    try {
      return await deadline.race(flight.result as Promise<T>, () => {
        throw timeoutError();
      });
    } finally {
      flight.waiters -= 1;
      if (flight.waiters === 0) {
        this.remove(key, flight);
        flight.abort.abort();
      }
    }
  }

  private begin(key: string, maxMs: number, start: (own: Deadline) => Promise<unknown>): Flight {
    const abort = new AbortController();
    const flight = { result: start(new Deadline(this.clock, maxMs, abort.signal)), abort, waiters: 0 };
    this.flights.set(key, flight);
    flight.result
      .catch(() => undefined) // Avoids an unhandled rejection when every waiter has left.
      .finally(() => {
        this.remove(key, flight);
      });
    return flight;
  }

  private remove(key: string, flight: Flight): void {
    if (this.flights.get(key) === flight) this.flights.delete(key);
  }
}

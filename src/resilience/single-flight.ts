import { type Clock } from '../config/clock.ts';
import { Deadline } from './deadline.ts';

interface SharedCall {
  readonly result: Promise<unknown>;
  readonly abort: AbortController;
  waiters: number;
}

/**
 * Makes identical concurrent calls one. Each waiter leaves at its own deadline; when the last one has left, the call is
 * aborted.
 */
export class SharedCalls {
  private readonly calls = new Map<string, SharedCall>();

  constructor(private readonly clock: Clock) {}

  /**
   * @param key what makes two calls identical
   * @param longestMs the call's own time, whoever waits
   * @param start makes the call
   * @param overdue what to throw when the waiter's deadline passes first
   */
  async join<T>(
    key: string,
    deadline: Deadline,
    longestMs: number,
    start: (own: Deadline) => Promise<T>,
    overdue: () => Error,
  ): Promise<T> {
    const call = this.calls.get(key) ?? this.begin(key, longestMs, start);
    call.waiters += 1;
    try {
      return await deadline.orOverdue(call.result as Promise<T>, () => {
        throw overdue();
      });
    } finally {
      call.waiters -= 1;
      if (call.waiters === 0) {
        this.forget(key, call);
        call.abort.abort();
      }
    }
  }

  private begin(key: string, longestMs: number, start: (own: Deadline) => Promise<unknown>): SharedCall {
    const abort = new AbortController();
    const call = { result: start(new Deadline(this.clock, longestMs, abort.signal)), abort, waiters: 0 };
    this.calls.set(key, call);
    // Waiters get the failure; without one it is nobody's.
    call.result
      .catch(() => undefined)
      .finally(() => {
        this.forget(key, call);
      });
    return call;
  }

  private forget(key: string, call: SharedCall): void {
    if (this.calls.get(key) === call) this.calls.delete(key);
  }
}

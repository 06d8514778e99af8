import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';

/** A caller that has sent no request for so long does not count. */
const RECENT_MS = 1000;

interface Seen {
  readonly name: string;
  /** Monotonic milliseconds of its last request. */
  at: number;
}

/** The callers that sent requests in the last second. It remembers two of them, which is enough for its question. */
@Injectable()
export class RecentCallers {
  private last: Seen | null = null;
  /** The last one with another name. */
  private other: Seen | null = null;

  constructor(private readonly clock: Clock) {}

  /** The caller sends a request. */
  note(name: string): void {
    const at = this.clock.monotonic();
    if (this.last?.name === name) {
      this.last.at = at;
      return;
    }
    this.other = this.last;
    this.last = { name, at };
  }

  /** Whether any other caller has sent a request in the last second. */
  isAnyBut(name: string): boolean {
    const another = this.last?.name === name ? this.other : this.last;
    return another !== null && this.clock.monotonic() - another.at < RECENT_MS;
  }
}

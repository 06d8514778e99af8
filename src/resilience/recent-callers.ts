import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';

const WINDOW_MS = 1000;
/** Callers that together send fewer requests a second hardly meet the work of another one. */
export const MANY_REQUESTS = 20;

/** The requests of a second, by caller. */
class Window {
  private readonly byCaller = new Map<string, number>();
  private all = 0;

  add(name: string): void {
    this.all += 1;
    this.byCaller.set(name, (this.byCaller.get(name) ?? 0) + 1);
  }

  allBut(name: string): number {
    return this.all - (this.byCaller.get(name) ?? 0);
  }
}

/** How many requests the callers have sent lately: in this second, and in the one before. */
@Injectable()
export class RecentCallers {
  private beganAt = -Infinity;
  private current = new Window();
  private before = new Window();

  constructor(private readonly clock: Clock) {}

  /** The caller sends a request. */
  note(name: string): void {
    this.keepUp();
    this.current.add(name);
  }

  /** Whether all callers but this one have sent many requests in a second. */
  areManyBut(name: string): boolean {
    this.keepUp();
    return Math.max(this.current.allBut(name), this.before.allBut(name)) >= MANY_REQUESTS;
  }

  private keepUp(): void {
    const now = this.clock.monotonic();
    const sinceMs = now - this.beganAt;
    if (sinceMs < WINDOW_MS) return;
    this.before = sinceMs < 2 * WINDOW_MS ? this.current : new Window();
    this.current = new Window();
    this.beganAt = now;
  }
}

import type { Clock } from '../config/clock.ts';
import { Deadline } from '../resilience/deadline.ts';

/** What a call waits for before it is sent: its turn here, or the upstream, which limits its calls. */
export type WaitReason = 'overloaded' | 'throttled';

/** What calls need of a deadline. */
type CallTime = Pick<Deadline, 'signal' | 'cancelled' | 'remainingMs' | 'race' | 'dispose'>;

/** The deadline of one fetch's calls, which follow one another. It knows what the present call waits for. */
export class CallDeadline implements CallTime {
  private readonly deadline: Deadline;
  private currentWait: WaitReason | null = null;

  /** As of a `Deadline`. */
  constructor(clock: Clock, ms: number, ...parents: readonly AbortSignal[]) {
    this.deadline = new Deadline(clock, ms, ...parents);
  }

  get signal(): AbortSignal {
    return this.deadline.signal;
  }

  get cancelled(): boolean {
    return this.deadline.cancelled;
  }

  /** What the call waits for before it is sent; null: for nothing, or it was sent. */
  get waitReason(): WaitReason | null {
    return this.currentWait;
  }

  remainingMs(): number {
    return this.deadline.remainingMs();
  }

  race<T>(work: Promise<T>, onTimeout: () => T): Promise<T> {
    return this.deadline.race(work, onTimeout);
  }

  dispose(): void {
    this.deadline.dispose();
  }

  /** The call waits from now on. */
  noteWait(reason: WaitReason): void {
    this.currentWait = reason;
  }

  /** The call is sent. */
  noteSent(): void {
    this.currentWait = null;
  }
}

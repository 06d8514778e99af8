import { Deadline } from '../resilience/deadline.ts';

/** What a call waits for before it is sent: its turn here, or the upstream, which limits its calls. */
export type WaitReason = 'overloaded' | 'throttled';

/** The deadline of one fetch's calls, which follow one another. It knows what the call of now waits for. */
export class CallDeadline extends Deadline {
  private currentWait: WaitReason | null = null;

  /** What the call waits for before it is sent; null: for nothing, or it was sent. */
  get waitReason(): WaitReason | null {
    return this.currentWait;
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

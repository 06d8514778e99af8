import { type Deadline } from '../resilience/deadline.ts';

/** What a call waits for before it is sent: its turn here, or the upstream, which limits its calls. */
export type WaitReason = 'overloaded' | 'throttled';

/** What the calls of one fetch, which follow one another, have in common. */
export interface CallContext {
  /** Our id of the request that the calls serve, for the log. */
  readonly requestId: string;
  /** No attempt outlives it. */
  readonly deadline: Deadline;
  readonly wait: CallWait;
}

/** The wait of the present call. */
export class CallWait {
  private current: WaitReason | null = null;

  /** What the call waits for before it is sent; null: for nothing, or it was sent. */
  get reason(): WaitReason | null {
    return this.current;
  }

  begin(reason: WaitReason): void {
    this.current = reason;
  }

  /** The call is sent. */
  end(): void {
    this.current = null;
  }
}

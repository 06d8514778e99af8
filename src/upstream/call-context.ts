import { type Deadline } from '../resilience/deadline.ts';

/** Why a call is not sent yet: it waits for its turn here, or for the upstream, which limits its calls. */
export type WaitReason = 'overloaded' | 'throttled';

/** The context that the calls of one fetch share, which follow one another. */
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

  /** Why the call is not sent yet; null: it does not wait, or it was sent. */
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

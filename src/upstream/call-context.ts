import { type RedisTime } from '../redis/redis-time.ts';
import { type Deadline } from '../resilience/deadline.ts';

/** Why a call has not been sent yet: it waits for its turn in this process, or for the upstream's limits. */
export type WaitReason = 'overloaded' | 'throttled';

/** The context that the calls of one fetch share. They follow one another. */
export interface CallContext {
  /** Our id of the request that the calls serve, for the log. */
  readonly requestId: string;
  /** The caller whose request caused the calls, also when it does not wait for them; absent: none did. */
  readonly causedBy?: string;
  /** No attempt outlives it. */
  readonly deadline: Deadline;
  readonly wait: CallWait;
  /** How long the calls wait for Redis, of a read; absent: as long as each question may take. */
  readonly redisTime?: RedisTime;
}

/** The wait of the current call. */
export class CallWait {
  private current: WaitReason | null = null;

  /** Why the call has not been sent yet; null: it does not wait, or it was sent. */
  get reason(): WaitReason | null {
    return this.current;
  }

  begin(reason: WaitReason): void {
    this.current = reason;
  }

  /** Call it when the call is sent. */
  end(): void {
    this.current = null;
  }
}

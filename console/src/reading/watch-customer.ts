import { type CustomerChange, ProfileProblem } from '../../../client/src/index.ts';
import { type Failure, failureOf } from './failure.ts';
import { type Session } from './session.ts';

/** Receives the events of a watched customer. */
export interface Watcher {
  readonly changed: (change: CustomerChange) => void;
  /** Events were lost; read the customer again. */
  readonly missed: () => void;
  /** Why no events arrive at the moment; null: they do again. */
  readonly interrupted: (failure: Failure | null) => void;
  readonly signal: AbortSignal;
}

/** Short, so that a service without Redis is reported soon. */
const FIRST_TIMEOUT_MS = 3000;

/** Follows the customer in the change feed. @returns why it cannot go on @throws the signal's reason */
export async function watchCustomer({ client }: Session, customerId: string, watcher: Watcher): Promise<Failure> {
  const { signal, changed, missed, interrupted } = watcher;
  const query = {
    customerId,
    signal,
    onInterrupted: (error: unknown) => {
      interrupted(failureOf(error, Date.now()));
    },
    onResumed: () => {
      interrupted(null);
    },
  };
  try {
    let { cursor } = await client.changes.page({ from: 'newest', signal, timeoutMs: FIRST_TIMEOUT_MS });
    for (;;) {
      try {
        for await (const change of client.changes.follow({ ...query, cursor })) changed(change);
      } catch (error) {
        cursor = beginningAfter(error);
        missed();
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    return failureOf(error, Date.now());
  }
}

/** Where to go on when events were lost. @throws any other error */
function beginningAfter(error: unknown): string {
  const beginAt = error instanceof ProfileProblem ? error.document?.beginAt : undefined;
  if (beginAt === undefined) throw error;
  return beginAt;
}

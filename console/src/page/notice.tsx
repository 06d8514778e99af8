import { type ComponentChildren, type VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { type Failure, type FailureKind } from '../reading/failure.ts';
import { duration } from '../words/times.ts';
import { focusHeading } from './focus.ts';
import { useNow } from './hooks.ts';

const TITLES: Readonly<Record<FailureKind, string>> = {
  offline: 'The service cannot be reached',
  timeout: 'The service did not answer in time',
  signed_out: 'You are not signed in',
  refused: 'You may not do this',
  unknown_customer: 'There is no such customer',
  erased: 'This customer has been erased',
  busy: 'Too many requests at the moment',
  source: 'The profile could not be read',
  unavailable: 'That is not possible at the moment',
  invalid: 'That cannot be asked',
  failed: 'Something went wrong',
};

/** What the user can do about it. */
const ADVICE: Partial<Readonly<Record<FailureKind, string>>> = {
  offline: 'Look at your connection. Behind a gateway your sign-in may have ended: load the page again.',
  unknown_customer: 'It may be another system’s id: type that system’s name before it, such as stripe:cus_….',
  source: 'A profile needs the reseller’s account, which could not be read. The strip of sources says why.',
  erased: 'Nothing is kept of it. Somebody with the right customers:erase can lift the erasure.',
};

const CAN_BE_REPEATED: readonly FailureKind[] = ['offline', 'timeout', 'busy', 'failed', 'source', 'unavailable'];

/** A failure in words, with what can be done. */
export function Notice({
  failure,
  again,
  children,
}: {
  readonly failure: Failure;
  readonly again?: () => void;
  readonly children?: ComponentChildren;
}): VNode {
  const { kind, detail, right, requestId, retryAt } = failure;
  useEffect(() => {
    if (kind !== 'offline' || !again) return undefined;
    const listen = (): void => {
      again();
    };
    addEventListener('online', listen);
    return () => {
      removeEventListener('online', listen);
    };
  }, [kind, again]);
  return (
    <div class="notice" data-state={kind}>
      <div role="alert">
        <h2>{TITLES[kind]}</h2>
        {kind !== 'source' && <p>{detail}</p>}
        {right !== undefined && (
          <p>
            Ask the operators of this service for the right <code>{right}</code>.
          </p>
        )}
        {ADVICE[kind] !== undefined && <p>{ADVICE[kind]}</p>}
        {children}
        {requestId !== undefined && (
          <p class="quiet">
            Request <code>{requestId}</code>
          </p>
        )}
      </div>
      {again && CAN_BE_REPEATED.includes(kind) && <Again retryAt={retryAt ?? 0} again={again} />}
    </div>
  );
}

/** The button is disabled, with a countdown, until `retryAt`. */
function Again({ retryAt, again }: { readonly retryAt: number; readonly again: () => void }): VNode {
  const now = useNow();
  const waits = retryAt > now;
  return (
    <button
      type="button"
      aria-disabled={waits}
      onClick={() => {
        if (waits) return;
        focusHeading(); // The button goes when that succeeds.
        again();
      }}
    >
      {waits ? `Try again in ${duration(Math.ceil((retryAt - now) / 1000))}` : 'Try again'}
    </button>
  );
}

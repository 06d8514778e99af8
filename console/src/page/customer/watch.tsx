import { type VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type CustomerChange } from '../../../../client/src/index.ts';
import { type Failure } from '../../reading/failure.ts';
import { may, type Session } from '../../reading/session.ts';
import { watchCustomer } from '../../reading/watch-customer.ts';
import { changeInWords } from '../../words/changes.ts';
import { clockTime } from '../../words/times.ts';
import { type Load } from '../load.ts';

/** Older events are dropped from the list. */
const MAX_CHANGES = 50;

/** How often the page reads a watched customer: only reads have sources asked, and so lead to events. */
const READ_INTERVAL_MS = 60_000;

export interface Watch {
  readonly isOn: boolean;
  readonly turn: (isOn: boolean) => void;
  /** The newest first. */
  readonly changes: readonly CustomerChange[];
  readonly hasMissed: boolean;
  /** Why no events arrive; null: they do. */
  readonly failure: Failure | null;
}

/** Follows the customer in the change feed while it is turned on, and reads it again after each event. */
export function useWatch(session: Session, customerId: string, load: Load): Watch {
  const [isOn, turn] = useState(false);
  const [changes, setChanges] = useState<readonly CustomerChange[]>([]);
  const [hasMissed, setMissed] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  useEffect(() => {
    if (!isOn) return undefined;
    setChanges([]);
    setMissed(false);
    setFailure(null);
    const leaving = new AbortController();
    const { signal } = leaving;
    const changed = (change: CustomerChange): void => {
      setChanges((before) => [change, ...before].slice(0, MAX_CHANGES));
      load();
    };
    const missed = (): void => {
      setMissed(true);
      load();
    };
    watchCustomer(session, customerId, { changed, missed, interrupted: setFailure, signal }).then(
      (why) => {
        turn(false);
        setFailure(why);
      },
      (error: unknown) => {
        if (!signal.aborted) throw error;
      },
    );
    const timer = setInterval(() => {
      load({ isQuiet: true });
    }, READ_INTERVAL_MS);
    return () => {
      clearInterval(timer);
      leaving.abort();
    };
  }, [isOn, session, customerId, load]);
  return { isOn, turn, changes, hasMissed, failure };
}

/** Shown to callers with the right `changes:read`. */
export function WatchButton({ session, watch }: { readonly session: Session; readonly watch: Watch }): VNode | null {
  if (!may(session, 'changes:read')) return null;
  return (
    <button
      type="button"
      onClick={() => {
        watch.turn(!watch.isOn);
      }}
    >
      {watch.isOn ? 'Stop watching' : 'Watch for changes'}
    </button>
  );
}

/** The events since the user began to watch. */
export function Watched({ watch, now }: { readonly watch: Watch; readonly now: number }): VNode | null {
  const { isOn, changes, hasMissed, failure } = watch;
  if (!isOn && !failure && changes.length === 0) return null;
  return (
    <section class="watched" aria-labelledby="watched" data-watch={isOn ? (failure ? 'interrupted' : 'on') : 'off'}>
      <h2 id="watched">Changes</h2>
      <p role="status">{watchInWords(isOn, failure)}</p>
      {hasMissed && <p>Some changes may be missing here. The customer has been read again.</p>}
      <div role="log" aria-labelledby="watched">
        {changes.map((change) => (
          <p key={change.id}>
            <time dateTime={change.at}>{clockTime(change.at, now)}</time> {changeInWords(change)}
          </p>
        ))}
      </div>
    </section>
  );
}

function watchInWords(isOn: boolean, failure: Failure | null): string {
  if (!failure) return isOn ? 'This customer is watched. A change is shown as soon as a source tells of it.' : 'It is no longer watched.'; // prettier-ignore
  const { detail } = failure;
  return isOn
    ? `No changes can be seen for the moment; it is tried again. ${detail}`
    : `It cannot be watched. ${detail}`;
}

import { type VNode } from 'preact';
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type Failure, type FailureKind } from '../../reading/failure.ts';
import { readCustomer } from '../../reading/read-customer.ts';
import { type Session } from '../../reading/session.ts';
import { type CustomerView, type Subject } from '../../reading/view.ts';
import { visible } from '../../words/differences.ts';
import { headlineOf, titleOf } from '../../words/headline.ts';
import { focusHeading } from '../focus.ts';
import { useTitle } from '../hooks.ts';
import { type Load } from '../load.ts';
import { Loading } from '../loading.tsx';
import { Notice } from '../notice.tsx';
import { Text } from '../value.tsx';
import { Account } from './account.tsx';
import { Actions } from './actions.tsx';
import { FieldTable } from './field-table.tsx';
import { Headline } from './headline.tsx';
import { Identity } from './identity.tsx';
import { LinkSection } from './link-section.tsx';
import { RawJson } from './raw-json.tsx';
import { SourceStrip } from './source-strip.tsx';
import { Values } from './values.tsx';
import { useWatch, Watched } from './watch.tsx';

interface CustomerPageProps {
  readonly session: Session;
  readonly subject: Subject;
  readonly hasShortcuts: boolean;
  readonly signOut: (failure: Failure) => void;
  readonly announce: (text: string) => void;
}

/** Failures after which nothing may be shown that was read before. */
const GONE: readonly FailureKind[] = ['erased', 'refused', 'unknown_customer'];

/** One customer. A failed refresh leaves the last view in place, unless the customer is gone or may not be seen any more. */
export function CustomerPage({ session, subject, hasShortcuts, signOut, announce }: CustomerPageProps): VNode {
  const { customerId, billingCustomerId } = subject;
  const [view, setView] = useState<CustomerView | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isLoading, setLoading] = useState(true);
  const reading = useRef<AbortController | null>(null);
  const shown = useRef<CustomerView | null>(null);
  shown.current = view;
  const wantsValues = useRef(false);
  const wasAskedAgain = useRef(false);

  const load = useCallback<Load>(
    ({ asksAgain = false, isQuiet = false, showsValues = wantsValues.current } = {}) => {
      reading.current?.abort();
      const { signal } = (reading.current = new AbortController());
      const isFirst = shown.current === null;
      wantsValues.current = showsValues;
      if (!isQuiet) {
        wasAskedAgain.current = asksAgain;
        setLoading(true);
      }
      const link = billingCustomerId === undefined ? {} : { billingCustomerId };
      readCustomer(session, { customerId, ...link }, { asksAgain, showsValues, signal }).then(
        (read) => {
          setLoading(false);
          let isGone = false;
          if ('failed' in read) {
            if (read.failed.kind === 'signed_out') signOut(read.failed);
            isGone = GONE.includes(read.failed.kind);
            if (isGone) setView(null);
            setFailure(read.failed);
          } else {
            setView(read);
            setFailure(null);
            if (!isQuiet) announce(headlineOf(read, read.at));
          }
          if (isFirst || isGone) requestAnimationFrame(focusHeading);
        },
        (error: unknown) => {
          if (!signal.aborted) throw error;
        },
      );
    },
    [session, customerId, billingCustomerId, signOut, announce],
  );
  useEffect(() => {
    load();
    return () => {
      reading.current?.abort();
    };
  }, [load]);

  const again = (): void => {
    load({ asksAgain: wasAskedAgain.current });
  };
  const watch = useWatch(session, customerId, load);
  const isGone = !view && failure !== null;
  useEffect(() => {
    if (isGone) watch.turn(false);
  }, [isGone]);
  const count = watch.changes.length;
  useTitle(`${count === 0 ? '' : `(${count}) `}${visible(view ? titleOf(view) : `Customer ${customerId}`)}`);

  if (!view) {
    if (!failure || isLoading) return <Loading title={`Customer ${customerId}`} what="Asking the sources" />;
    return (
      <section>
        <h1 tabIndex={-1}>
          Customer <Text text={customerId} />
        </h1>
        <Notice failure={failure} again={again} />
      </section>
    );
  }
  return (
    <article aria-busy={isLoading} data-state={stateOf(view)}>
      <Headline view={view} />
      {failure && (
        <Notice failure={failure} again={again}>
          <p>What is shown was read before.</p>
        </Notice>
      )}
      {!failure && view.failure && (
        <Notice failure={view.failure} again={again}>
          <p>What is cached is shown below.</p>
        </Notice>
      )}
      <Actions
        session={session}
        view={view}
        isLoading={isLoading}
        load={load}
        watch={watch}
        hasShortcuts={hasShortcuts}
        announce={announce}
      />
      <Watched watch={watch} now={view.at} />
      <SourceStrip view={view} />
      <Values session={session} view={view} load={load} />
      <FieldTable view={view} />
      <Identity identity={view.explanation.identity} />
      <LinkSection session={session} view={view} load={load} announce={announce} />
      <Account view={view} />
      <RawJson view={view} />
    </article>
  );
}

function stateOf({ failure, explanation: { parts } }: CustomerView): string {
  if (failure) return 'failed';
  if (parts.some((part) => part.failure !== null)) return 'partial';
  return parts.every(({ state }) => state === 'absent') ? 'nothing_cached' : 'complete';
}

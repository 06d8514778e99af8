import { type VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { fragmentOf } from '../reading/address.ts';
import { type Failure } from '../reading/failure.ts';
import { findCustomers, type SearchAttempt, type SearchResult } from '../reading/find-customers.ts';
import { guessInWords } from '../reading/guesses.ts';
import { type Session } from '../reading/session.ts';
import { visible } from '../words/differences.ts';
import { sentence } from '../words/names.ts';
import { focusHeading } from './focus.ts';
import { useTitle } from './hooks.ts';
import { Loading } from './loading.tsx';
import { Notice } from './notice.tsx';
import { Text } from './value.tsx';

/** Searches for a text. Opens a single hit, lists several, and says where it searched when there is none. */
export function Found({
  session,
  text,
  signOut,
}: {
  readonly session: Session;
  readonly text: string;
  readonly signOut: (failure: Failure) => void;
}): VNode {
  const [found, setFound] = useState<SearchResult | null>(null);
  const [times, setTimes] = useState(0);
  useTitle(visible(text));
  useEffect(() => {
    const leaving = new AbortController();
    setFound(null);
    findCustomers(session, text, leaving.signal).then(
      (result) => {
        const failures = result.tried.flatMap(({ failure }) => failure ?? []);
        const signedOut = failures.find(({ kind }) => kind === 'signed_out');
        const [only, other] = result.hits;
        if (signedOut) signOut(signedOut);
        else if (only && !other && failures.every(({ kind }) => kind === 'refused'))
          location.replace(fragmentOf({ kind: 'customer', customerId: only.customerId }));
        else setFound(result);
      },
      (error: unknown) => {
        if (!leaving.signal.aborted) throw error;
      },
    );
    return () => {
      leaving.abort();
    };
  }, [session, text, times]);
  useEffect(() => {
    if (found) focusHeading();
  }, [found]);
  if (!found) return <Loading title="Find a customer" what="Looking for the customer" />;
  const again = (): void => {
    setTimes(times + 1);
  };
  return <Result found={found} text={text} again={again} />;
}

function Result({
  found: { hits, tried },
  text,
  again,
}: {
  readonly found: SearchResult;
  readonly text: string;
  readonly again: () => void;
}): VNode {
  const failed = tried.find(({ failure }) => failure)?.failure;
  return (
    <section data-state={hits.length === 0 ? 'nothing_found' : 'several_found'}>
      <h1 tabIndex={-1}>{['No customer', 'One customer'][hits.length] ?? `${hits.length} customers`} found</h1>
      {hits.length > 0 && (
        <ul class="hits">
          {hits.map(({ customerId, status }) => (
            <li key={customerId}>
              <a href={fragmentOf({ kind: 'customer', customerId })}>
                <Text text={customerId} />
              </a>
              {status !== null && <span class="quiet"> {sentence(status)}</span>}
            </li>
          ))}
        </ul>
      )}
      {tried.length > 0 ? (
        <h2>
          Where “<Text text={text} />” was looked for
        </h2>
      ) : (
        <p>Type an id first.</p>
      )}
      <ul class="tried">
        {tried.map((one) => (
          <li key={one.guess.kind}>{triedInWords(one, failed)}</li>
        ))}
      </ul>
      {failed && <Notice failure={failed} again={again} />}
    </section>
  );
}

/** @param shown the failure that the notice below explains */
function triedInWords({ guess, customerIds, more, failure }: SearchAttempt, shown: Failure | null | undefined): string {
  const as = `As ${guessInWords(guess)}`;
  if (failure)
    return `${as}: it could not be looked for.${failure.detail === shown?.detail ? '' : ` ${failure.detail}`}`;
  const count = `${customerIds.length} customer${customerIds.length === 1 ? '' : 's'}`;
  if (customerIds.length > 0) return `${as}: ${count}${more ? ' or more' : ''}.`;
  if (guess.kind === 'customer') return `${as}: the reseller customers API knows none.`;
  const where =
    guess.kind === 'billing'
      ? 'no stored link names it, and no customer that was read lately has it'
      : 'no customer that was read lately has it';
  return `${as}: ${where}.`;
}

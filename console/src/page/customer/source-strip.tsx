import { type VNode } from 'preact';
import { type CustomerView, type Part } from '../../reading/view.ts';
import { nameOf } from '../../words/names.ts';
import { askedAgain, reasonOf, standingOf } from '../../words/states.ts';
import { clockTime, duration, wholeTime } from '../../words/times.ts';
import { useNow } from '../hooks.ts';
import { Text } from '../value.tsx';

/** Each source with its state, its age and when it is asked again. */
export function SourceStrip({ view }: { readonly view: CustomerView }): VNode {
  const now = useNow();
  const elapsed = Math.max(0, Math.round((now - view.at) / 1000));
  return (
    <section aria-labelledby="sources">
      <h2 id="sources">Sources</h2>
      <ul class="sources">
        {view.explanation.parts.map((part) => (
          <Source key={part.source} part={part} now={now} elapsed={elapsed} />
        ))}
      </ul>
    </section>
  );
}

function Source({
  part,
  now,
  elapsed,
}: {
  readonly part: Part;
  readonly now: number;
  readonly elapsed: number;
}): VNode {
  const { source, fetchedAt, ageSeconds } = part;
  const { standing, word } = standingOf(part);
  const reasons = reasonOf(part, now);
  const reference = referenceOf(part);
  return (
    <li class={`source ${standing}`} data-source={source} data-state={part.state}>
      <h3>{nameOf(source)}</h3>
      <p class="state">
        <span class="shape" aria-hidden="true" />
        {word}
      </p>
      {reference !== null && (
        <p class="reference">
          <Text text={reference} />
        </p>
      )}
      <p class="quiet">
        {fetchedAt !== null && ageSeconds !== null && (
          <>
            <time
              dateTime={fetchedAt}
              title={wholeTime(fetchedAt)}
            >{`${duration(ageSeconds + elapsed)} old (${clockTime(fetchedAt, now)})`}</time>
            ,{' '}
          </>
        )}
        {askedAgain(part, elapsed)}
      </p>
      {reasons.map((reason) => (
        <p key={reason} class="reason">
          {reason}
        </p>
      ))}
    </li>
  );
}

function referenceOf({ value }: Part): string | null {
  const reference = typeof value === 'object' && value !== null && 'referenceId' in value ? value.referenceId : null;
  return typeof reference === 'string' ? reference : null;
}

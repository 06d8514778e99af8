import { type VNode } from 'preact';
import { may, type Session } from '../../reading/session.ts';
import { type CustomerView } from '../../reading/view.ts';
import { type Load } from '../load.ts';

/** Says whether values are shown, and offers to show or hide them. */
export function Values({
  session,
  view,
  load,
}: {
  readonly session: Session;
  readonly view: CustomerView;
  readonly load: Load;
}): VNode {
  const { valuesShown } = view.explanation;
  const isAllowed = may(session, 'profiles:read');
  return (
    <p class="values" data-values={valuesShown ? 'shown' : 'hidden'}>
      {valuesShown
        ? 'Values are shown, and an audit line says that you have seen them. '
        : 'Values are hidden: equal placeholders stand for equal values. '}
      {isAllowed ? (
        <button
          type="button"
          onClick={() => {
            load({ showsValues: !valuesShown });
          }}
        >
          {valuesShown ? 'Hide values' : 'Show values (leaves an audit line)'}
        </button>
      ) : (
        <>
          You need the right <code>profiles:read</code> to see them.
        </>
      )}
    </p>
  );
}

import { type VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { type CustomerProfileClient, ProfileProblem } from '../../../../client/src/index.ts';
import { failureOf } from '../../reading/failure.ts';
import { type LinkView } from '../../reading/view.ts';
import { Confirm } from '../confirm.tsx';
import { focusOn } from '../focus.ts';
import { type Load } from '../load.ts';

interface LinkFormProps {
  readonly client: CustomerProfileClient;
  readonly customerId: string;
  readonly link: Extract<LinkView, { kind: 'stored' | 'none' }>;
  readonly load: Load;
  readonly announce: (text: string) => void;
}

/** Changes the link, if it still is what was shown when the user began. */
export function LinkForm({ client, customerId, link, load, announce }: LinkFormProps): VNode {
  const [typed, setTyped] = useState('');
  const [trouble, setTrouble] = useState('');
  const [isRemoving, setRemoving] = useState(false);
  const condition = link.kind === 'none' ? { ifNoneMatch: '*' } : { ifMatch: link.etag ?? '*' };
  // The link shown when the user began; it may be reloaded meanwhile.
  const begunWith = useRef<typeof condition | null>(null);
  const begin = (): void => {
    begunWith.current ??= condition;
  };
  const change = async (work: (begun: typeof condition) => Promise<unknown>, done: string): Promise<void> => {
    const begun = begunWith.current ?? condition;
    begunWith.current = null;
    try {
      await work(begun);
      setTrouble('');
      setTyped('');
      announce(done);
      focusOn('link');
      load();
    } catch (error) {
      const isLate = error instanceof ProfileProblem && error.code === 'precondition_failed';
      setTrouble(
        isLate
          ? 'Somebody has changed the link meanwhile. It is shown as it is now: decide again.'
          : failureOf(error, Date.now()).detail,
      );
      if (isLate) load();
    }
  };
  const store = (event: Event): void => {
    event.preventDefault();
    void change((begun) => client.links.put(customerId, typed.trim(), begun), 'The link is stored.');
  };
  const remove = (): void => {
    setRemoving(false);
    void change((begun) => client.links.delete(customerId, begun), 'The link is removed.');
  };
  return (
    <form class="link-form" onSubmit={store}>
      <label for="new-link">
        {link.kind === 'none' ? 'Link to the billing customer' : 'Replace by the billing customer'}
      </label>
      <input
        id="new-link"
        autocomplete="off"
        spellcheck={false}
        required
        value={typed}
        placeholder="UUID"
        aria-describedby={trouble === '' ? undefined : 'link-trouble'}
        aria-invalid={trouble !== ''}
        onInput={({ currentTarget }) => {
          begin();
          setTyped(currentTarget.value);
        }}
      />
      <button type="submit">{link.kind === 'none' ? 'Store the link' : 'Replace the link'}</button>
      {link.kind === 'stored' && (
        <button
          type="button"
          onClick={() => {
            begunWith.current = condition;
            setRemoving(true);
          }}
        >
          Remove the link
        </button>
      )}
      {trouble !== '' && (
        <p id="link-trouble" role="alert" class="bad">
          {trouble}
        </p>
      )}
      {isRemoving && (
        <Confirm
          title="Remove the link?"
          confirm="Remove"
          yes={remove}
          no={() => {
            begunWith.current = null;
            setRemoving(false);
          }}
        >
          The profile then has no connectors, unless the link can be found in another way. The link stays in the
          history.
        </Confirm>
      )}
    </form>
  );
}

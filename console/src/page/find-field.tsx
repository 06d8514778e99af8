import { type VNode } from 'preact';
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Address, fragmentOf } from '../reading/address.ts';
import { guessesOf, guessInWords } from '../reading/guesses.ts';
import { focusHeading } from './focus.ts';
import { useShortcut } from './hooks.ts';

const OR = new Intl.ListFormat('en-GB', { type: 'disjunction' });

/** The search field. It shows how it understands the typed text. */
export function FindField({
  address,
  hasShortcuts,
}: {
  readonly address: Address;
  readonly hasShortcuts: boolean;
}): VNode {
  const shown = address.kind === 'find' ? address.text : address.kind === 'customer' ? address.customerId : '';
  // null: as the page's address says.
  const [own, setOwn] = useState<string | null>(null);
  const typed = own ?? shown;
  const field = useRef<HTMLInputElement>(null);
  // Before the first paint, and never while the user types.
  useLayoutEffect(() => {
    if (document.activeElement !== field.current) setOwn(null);
  }, [shown]);
  useShortcut(
    '/',
    hasShortcuts,
    useCallback(() => {
      field.current?.focus();
      field.current?.select();
    }, []),
  );
  const guesses = guessesOf(typed);
  const submit = (event: Event): void => {
    event.preventDefault();
    const [only, other] = guesses;
    if (!only) return;
    const isOne = only.kind === 'customer' && !other;
    const fragment = fragmentOf(
      isOne ? { kind: 'customer', customerId: only.id } : { kind: 'find', text: typed.trim() },
    );
    field.current?.blur();
    if (location.hash === fragment) focusHeading();
    else location.hash = fragment;
  };
  return (
    <form role="search" class="find" onSubmit={submit}>
      <label for="find">Find a customer</label>
      <input
        id="find"
        ref={field}
        type="search"
        autocomplete="off"
        spellcheck={false}
        dir="auto"
        maxLength={300}
        value={typed}
        placeholder="Any id"
        aria-describedby="understood"
        aria-keyshortcuts={hasShortcuts ? '/' : undefined}
        onInput={({ currentTarget }) => {
          setOwn(currentTarget.value);
        }}
      />
      <button type="submit" class="main">
        Find
      </button>
      <p id="understood" class="quiet">
        {guesses.length === 0
          ? 'A customer id, a billing UUID, stripe:cus_… or an external reference'
          : `Understood as ${OR.format(guesses.map(guessInWords))}`}
      </p>
    </form>
  );
}

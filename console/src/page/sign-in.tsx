import { type VNode } from 'preact';
import { useState } from 'preact/hooks';
import { type Failure } from '../reading/failure.ts';
import { AUTH_MODE } from './page-settings.ts';

const KIND = AUTH_MODE === 'jwt' ? 'Token' : 'Key';

/** Asks for a key or token. Only the page's memory keeps it. */
export function SignIn({
  failure,
  isAsking,
  enter,
}: {
  readonly failure: Failure | null;
  readonly isAsking: boolean;
  readonly enter: (credentials: string) => void;
}): VNode {
  const [typed, setTyped] = useState('');
  const submit = (event: Event): void => {
    event.preventDefault();
    if (typed.trim() !== '') enter(typed.trim());
  };
  return (
    <section class="sign-in" data-state="signed_out">
      <h1 tabIndex={-1}>Sign in</h1>
      {AUTH_MODE === 'jwt' ? (
        <p>
          The gateway in front of this page sends a token with each request, and sent none. Sign in there and load the
          page again, or type a token.
        </p>
      ) : (
        <p>
          Type the key that you were given for this service. It stays in this page’s memory and goes when you leave.
        </p>
      )}
      <form onSubmit={submit}>
        <label for="credentials">{KIND}</label>
        <input
          id="credentials"
          type="password"
          autocomplete="off"
          spellcheck={false}
          required
          value={typed}
          aria-describedby={failure ? 'sign-in-failure' : undefined}
          aria-invalid={failure?.kind === 'signed_out'}
          onInput={({ currentTarget }) => {
            setTyped(currentTarget.value);
          }}
        />
        <button type="submit" class="main">
          {isAsking ? 'Signing in …' : 'Sign in'}
        </button>
      </form>
      {failure && (
        <p id="sign-in-failure" role="alert" class="bad">
          {failure.kind === 'signed_out' ? `This ${KIND.toLowerCase()} is not valid.` : failure.detail}
        </p>
      )}
    </section>
  );
}

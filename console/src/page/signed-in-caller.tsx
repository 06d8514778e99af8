import { type VNode } from 'preact';
import { type Session } from '../reading/session.ts';

interface SignedInCallerProps {
  readonly session: Session;
  readonly choose: (organisation: string) => void;
  /** null: there is nothing to sign out of. */
  readonly signOut: (() => void) | null;
}

/** The caller's name and rights, and the choice of an organisation. */
export function SignedInCaller({ session: { caller, organisation }, choose, signOut }: SignedInCallerProps): VNode {
  return (
    <div class="who">
      {organisation !== undefined && (
        <>
          <label for="organisation">Organisation</label>
          <select
            id="organisation"
            value={organisation}
            onChange={({ currentTarget }) => {
              choose(currentTarget.value);
            }}
          >
            {caller.organisations.map((id) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </select>
        </>
      )}
      <details>
        <summary>{caller.name}</summary>
        <p>Rights: {caller.rights.join(', ')}</p>
      </details>
      {signOut && (
        <button type="button" onClick={signOut}>
          Sign out
        </button>
      )}
    </div>
  );
}

import { type VNode } from 'preact';
import { useCallback, useEffect, useState } from 'preact/hooks';
import { type Failure, failureOf } from '../reading/failure.ts';
import { type Session, signIn } from '../reading/session.ts';
import { CustomerPage } from './customer/customer-page.tsx';
import { FindField } from './find-field.tsx';
import { focusHeading, focusOn } from './focus.ts';
import { Footer } from './footer.tsx';
import { Found } from './found.tsx';
import { useAddress } from './hooks.ts';
import { Loading } from './loading.tsx';
import { Notice } from './notice.tsx';
import { AUTH_MODE, BASE_URL } from './page-settings.ts';
import { SignIn } from './sign-in.tsx';
import { SignedInCaller } from './signed-in-caller.tsx';
import { Troubles, useHealth } from './troubles.tsx';
import { Welcome } from './welcome.tsx';

/** The whole page. */
export function App(): VNode {
  const [session, setSession] = useState<Session | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isAsking, setAsking] = useState(AUTH_MODE !== 'api-key');
  const [hasShortcuts, setShortcuts] = useState(true);
  const [announcement, setAnnouncement] = useState({ text: '', times: 0 });
  const address = useAddress();
  const announce = useCallback((text: string): void => {
    setAnnouncement(({ times }) => ({ text, times: times + 1 }));
  }, []);
  const { troubles, remark } = useHealth(session);

  const enter = useCallback((typed?: string): void => {
    setAsking(true);
    signIn(AUTH_MODE, BASE_URL, typed)
      .then(
        (entered) => {
          setSession(entered);
          setFailure(null);
        },
        (error: unknown) => {
          const why = failureOf(error, Date.now());
          // Without typed credentials, 401 is no mistake of the user's.
          setFailure(typed === undefined && why.kind === 'signed_out' ? null : why);
        },
      )
      .finally(() => {
        setAsking(false);
      });
  }, []);
  const signOut = useCallback((why: Failure | null): void => {
    setSession(null);
    setFailure(why);
  }, []);
  useEffect(() => {
    if (AUTH_MODE !== 'api-key') enter();
  }, [enter]);
  const isSignedIn = session !== null;
  useEffect(() => {
    if (!isSignedIn) focusOn('credentials');
    else if (address.kind === 'home') focusOn('find');
  }, [isSignedIn, address.kind]);

  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          focusHeading();
        }}
      >
        Skip to the result
      </a>
      <header class="top">
        <a class="brand" href="#/">
          Customer profiles
        </a>
        {session && <FindField address={address} hasShortcuts={hasShortcuts} />}
        {session && (
          <SignedInCaller
            session={session}
            choose={(organisation) => {
              setSession(session.at(organisation));
            }}
            signOut={
              AUTH_MODE === 'none'
                ? null
                : () => {
                    signOut(null);
                  }
            }
          />
        )}
      </header>
      <main id="main">
        {troubles.length > 0 && <Troubles troubles={troubles} />}
        <Content
          session={session}
          failure={failure}
          isAsking={isAsking}
          address={address}
          hasShortcuts={hasShortcuts}
          enter={enter}
          signOut={signOut}
          announce={announce}
        />
      </main>
      <p class="visually-hidden" role="status">
        <span key={announcement.times}>{announcement.text}</span>
      </p>
      <Footer isSignedIn={session !== null} remark={remark} hasShortcuts={hasShortcuts} setShortcuts={setShortcuts} />
    </>
  );
}

interface ContentProps {
  readonly session: Session | null;
  readonly failure: Failure | null;
  readonly isAsking: boolean;
  readonly address: ReturnType<typeof useAddress>;
  readonly hasShortcuts: boolean;
  readonly enter: (credentials?: string) => void;
  readonly signOut: (why: Failure | null) => void;
  readonly announce: (text: string) => void;
}

function Content({ session, failure, isAsking, address, hasShortcuts, enter, signOut, announce }: ContentProps): VNode {
  if (!session) {
    if (AUTH_MODE !== 'none' && (!failure || failure.kind === 'signed_out') && (AUTH_MODE === 'api-key' || !isAsking))
      return <SignIn failure={failure} isAsking={isAsking} enter={enter} />;
    if (failure)
      return (
        <section>
          <h1 tabIndex={-1}>Customer profiles</h1>
          <Notice
            failure={failure}
            again={
              AUTH_MODE === 'api-key'
                ? () => {
                    signOut(null);
                  }
                : enter
            }
          />
        </section>
      );
    return <Loading title="Customer profiles" what="Asking who you are" />;
  }
  switch (address.kind) {
    case 'home':
      return <Welcome />;
    case 'find':
      return <Found session={session} text={address.text} signOut={signOut} />;
    case 'customer':
      return (
        <CustomerPage
          key={[session.organisation, address.customerId, address.billingCustomerId].join()}
          session={session}
          subject={address}
          hasShortcuts={hasShortcuts}
          signOut={signOut}
          announce={announce}
        />
      );
  }
}

import { type VNode } from 'preact';
import { useCallback, useState } from 'preact/hooks';
import { type Failure, failureOf } from '../../reading/failure.ts';
import { may, type Session } from '../../reading/session.ts';
import { type CustomerView } from '../../reading/view.ts';
import { curlOf } from '../../words/curl.ts';
import { ticketOf } from '../../words/ticket.ts';
import { Confirm } from '../confirm.tsx';
import { CopyButton } from '../copy-button.tsx';
import { useShortcut } from '../hooks.ts';
import { type Load } from '../load.ts';
import { Notice } from '../notice.tsx';
import { AUTH_MODE, BASE_URL } from '../page-settings.ts';
import { type Watch, WatchButton } from './watch.tsx';

interface ActionsProps {
  readonly session: Session;
  readonly view: CustomerView;
  readonly isLoading: boolean;
  readonly load: Load;
  readonly watch: Watch;
  readonly hasShortcuts: boolean;
  readonly announce: (text: string) => void;
}

/** The actions that the caller's rights allow. */
export function Actions({ session, view, isLoading, load, watch, hasShortcuts, announce }: ActionsProps): VNode {
  const [isForgetting, setForgetting] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const mayRefresh = may(session, 'profiles:refresh');
  const mayAskAgain = mayRefresh && may(session, 'profiles:read');
  const askAgain = useCallback(() => {
    load({ asksAgain: true });
  }, [load]);
  useShortcut('r', hasShortcuts && mayAskAgain, askAgain);
  const forget = async (): Promise<void> => {
    setForgetting(false);
    try {
      await session.client.forget(view.customerId);
      setFailure(null);
      announce('Forgotten: nothing of this customer is cached.');
      load();
    } catch (error) {
      setFailure(failureOf(error, Date.now()));
    }
  };
  const curl = (): string => curlOf(view, { baseUrl: BASE_URL, mode: AUTH_MODE, organisation: session.organisation });
  return (
    <>
      <div class="actions" role="group" aria-label="Actions">
        {mayAskAgain && (
          <button type="button" class="main" aria-keyshortcuts={hasShortcuts ? 'r' : undefined} onClick={askAgain}>
            {isLoading ? 'Asking …' : 'Ask again now'}
          </button>
        )}
        {mayRefresh && (
          <button
            type="button"
            onClick={() => {
              setForgetting(true);
            }}
          >
            Forget what is cached
          </button>
        )}
        <WatchButton session={session} watch={watch} />
        <CopyButton label="Copy as curl" text={curl} announce={announce} />
        <CopyButton label="Copy for a ticket" text={() => ticketOf(view)} announce={announce} />
      </div>
      {failure && <Notice failure={failure} again={() => void forget()} />}
      {isForgetting && (
        <Confirm
          title="Forget what is cached?"
          confirm="Forget"
          yes={() => void forget()}
          no={() => {
            setForgetting(false);
          }}
        >
          Every process drops what it has of this customer, and the next read asks the sources. The stored link stays.
        </Confirm>
      )}
    </>
  );
}

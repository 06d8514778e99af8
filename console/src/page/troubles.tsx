import { type VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ProfileProblem } from '../../../client/src/index.ts';
import { failureOf } from '../reading/failure.ts';
import { may, type Session } from '../reading/session.ts';
import { troublesOf } from '../words/troubles.ts';

const POLL_INTERVAL_MS = 15_000;

/** What is wrong now, as the process that answers has seen it. */
export interface Health {
  readonly troubles: readonly string[];
  /** That nothing is wrong, or why the health is not known; empty: neither. */
  readonly remark: string;
}

const NOT_ASKED: Health = { troubles: [], remark: '' };
const NO_RIGHT = 'What is wrong now is not known: that needs the right operations:read.';
const ELSEWHERE =
  'What is wrong now is not known here: the management port of this service says it, at /health/dependencies.';
const ALL_WELL = 'Redis and the upstreams answer, as far as this process has asked them.';

/** Polls the health of the dependencies. Stops when the service answers 404: its management port alone has the route. */
export function useHealth(session: Session | null): Health {
  const [health, setHealth] = useState(NOT_ASKED);
  const client = session && may(session, 'operations:read') ? session.client : null;
  useEffect(() => {
    setHealth(session && !client ? { troubles: [], remark: NO_RIGHT } : NOT_ASKED);
    if (!client) return undefined;
    const leaving = new AbortController();
    const look = (): void => {
      if (document.hidden) return;
      client.dependencies({ signal: leaving.signal }).then(
        (report) => {
          const troubles = troublesOf(report, Date.now());
          setHealth({ troubles, remark: troubles.length === 0 ? ALL_WELL : '' });
        },
        (error: unknown) => {
          if (leaving.signal.aborted) return;
          const isElsewhere = error instanceof ProfileProblem && error.status === 404;
          if (isElsewhere) clearInterval(timer);
          const { detail } = failureOf(error, Date.now());
          setHealth({
            troubles: [],
            remark: isElsewhere ? ELSEWHERE : `What is wrong now could not be asked. ${detail}`,
          });
        },
      );
    };
    const timer = setInterval(look, POLL_INTERVAL_MS);
    look();
    return () => {
      clearInterval(timer);
      leaving.abort();
    };
  }, [session, client]);
  return health;
}

/** The list of what is wrong, at the top of the page. */
export function Troubles({ troubles }: { readonly troubles: readonly string[] }): VNode {
  return (
    <section class="troubles" aria-labelledby="troubles">
      <h2 id="troubles">Wrong now</h2>
      <div role="status">
        <ul>
          {troubles.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}

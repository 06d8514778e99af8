import { CustomerProfileClient, type OwnCaller } from '../../../client/src/index.ts';

export type AuthMode = 'none' | 'api-key' | 'jwt';

/** Somebody who is signed in. The credentials live in the client, in memory alone. */
export interface Session {
  readonly client: CustomerProfileClient;
  readonly caller: OwnCaller;
  /** Named only where the caller has several. */
  readonly organisation: string | undefined;
  /** The same caller in another of its organisations. */
  readonly at: (organisation: string) => Session;
}

export type Right = OwnCaller['rights'][number];
export const may = ({ caller }: Session, right: Right): boolean => caller.rights.includes(right);

/**
 * Asks the service each time: a copy that the browser has kept would outlive a forgotten profile. Where a request has no directive the browser would add
 * `no-cache`, which has the sources asked, so it gets one that changes nothing.
 */
const askTheService: typeof fetch = (url, init) => {
  const headers = new Headers(init?.headers);
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-transform');
  return fetch(url, { ...init, headers, cache: 'no-store' });
};

/** Longer than a read of the service may take. */
const TIMEOUT_MS = 15_000;

/**
 * Asks whose credentials these are. Without any, a gateway may add them. Of several organisations the first one is named.
 * @param credentials what was typed: a key or a token
 */
export async function signIn(mode: AuthMode, baseUrl: string, credentials: string | undefined): Promise<Session> {
  const key = credentials === undefined ? {} : mode === 'jwt' ? { token: credentials } : { apiKey: credentials };
  const options = { baseUrl, timeoutMs: TIMEOUT_MS, fetch: askTheService, ...key };
  const caller = await new CustomerProfileClient(options).caller();
  const at = (organisation?: string): Session => {
    const client = new CustomerProfileClient({ ...options, ...(organisation === undefined ? {} : { organisation }) });
    return { client, caller, organisation, at };
  };
  return at(caller.organisations.length > 1 ? caller.organisations[0] : undefined);
}

import { CustomerProfileClient, type OwnCaller } from '../../../client/src/index.ts';

export type AuthMode = 'none' | 'api-key' | 'jwt';

/** Somebody who is signed in. The credentials live in the client, in memory alone. */
export interface Session {
  readonly client: CustomerProfileClient;
  readonly caller: OwnCaller;
  /** Named only where the caller has several. */
  readonly organisation: string | undefined;
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
 * Asks whose credentials these are. Without any, a gateway may add them.
 * @param credentials what was typed: a key or a token
 * @param organisation of several; the first one when it is not given
 */
export async function signIn(
  mode: AuthMode,
  baseUrl: string,
  credentials: string | undefined,
  organisation?: string,
): Promise<Session> {
  const key = credentials === undefined ? {} : mode === 'jwt' ? { token: credentials } : { apiKey: credentials };
  const options = { baseUrl, timeoutMs: TIMEOUT_MS, fetch: askTheService, ...key };
  const caller = await new CustomerProfileClient(options).caller();
  const named = caller.organisations.length > 1 ? (organisation ?? caller.organisations[0]) : undefined;
  const client = new CustomerProfileClient({ ...options, ...(named === undefined ? {} : { organisation: named }) });
  return { client, caller, organisation: named };
}

import tls from 'node:tls';

let isGuarded = false;

/**
 * Keeps a TLS socket that fails twice from ending the process. A server that is not trusted may answer the hang-up with an
 * alert, which the socket reports as a second error; ioredis listens for the first alone, also on the connections that it
 * makes for itself (to sentinels, to ask a cluster for its slots), and offers no other place to listen.
 */
export function ignoreLateTlsErrors(): void {
  if (isGuarded) return;
  isGuarded = true;
  const connect = tls.connect as (...args: readonly unknown[]) => tls.TLSSocket;
  tls.connect = (...args: readonly unknown[]) => connect(...args).on('error', () => undefined);
}

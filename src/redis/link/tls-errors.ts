import tls from 'node:tls';

let isGuarded = false;

/**
 * Keeps a TLS socket that fails twice from ending the process. An untrusted server may answer the hang-up with an alert, which the
 * socket reports as a second error. ioredis listens only for the first one, also on its internal connections (to sentinels, or to
 * ask a cluster for its slots), and offers no hook for them.
 */
export function ignoreLateTlsErrors(): void {
  if (isGuarded) return;
  isGuarded = true;
  const connect = tls.connect as (...args: readonly unknown[]) => tls.TLSSocket;
  tls.connect = (...args: readonly unknown[]) => connect(...args).on('error', () => undefined);
}

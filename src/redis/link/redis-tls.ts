import { type ConnectionOptions, createSecureContext, type SecureContext } from 'node:tls';
import { readClientCertificate } from '../../config/certificates.ts';
import { type RedisConfig } from '../../config/redis-config.ts';

/**
 * How to connect over TLS. It reads the client certificate again for each connection, so that a renewed one takes effect.
 * While the files cannot be read, or do not match, it uses the last good one.
 */
export function tlsOptions({
  authorities,
  clientCertificate,
}: Pick<RedisConfig, 'authorities' | 'clientCertificate'>): ConnectionOptions {
  const trust = authorities === null ? {} : { ca: authorities };
  if (clientCertificate === null) return trust;
  let last: SecureContext | undefined;
  return {
    ...trust,
    // The client copies these options for each connection.
    get secureContext() {
      const found = readClientCertificate(clientCertificate);
      if (found) last = createSecureContext({ ...trust, ...found });
      return last;
    },
  };
}

import { type FastifyInstance } from 'fastify';
import { Problem } from '../problems/problem.ts';

/**
 * Refuses a request without exactly one Host header (RFC 9112, section 3.2). Node uses the first of several headers. It
 * would also answer a request without one itself, and not with a problem; `requireHostHeader: false` turns that off.
 */
export function requireOneHost(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { rawHeaders, httpVersion } = request.raw;
    let hosts = 0;
    for (let index = 0; index < rawHeaders.length; index += 2)
      if (rawHeaders[index]?.length === 4 && rawHeaders[index]?.toLowerCase() === 'host') hosts += 1;
    if (hosts === 1 || (hosts === 0 && httpVersion === '1.0')) done();
    else done(new Problem('invalid_request', 'Send exactly one Host header.'));
  });
}

import { type FastifyInstance } from 'fastify';

/**
 * Forbids caches to store an answer that does not say how it may be stored (RFC 9111, section 3: a shared cache may
 * otherwise store a 200). An answer that may be stored names the request headers it depends on, so that no cache serves it
 * to another organisation or to other credentials (RFC 9110, section 12.5.5). Every answer tells clients to trust its
 * content type.
 * @param credentials the request header that authenticates callers, if any
 */
export function setStorageHeaders(fastify: FastifyInstance, credentials: 'authorization' | 'x-api-key' | null): void {
  const vary = ['organisation', ...(credentials === null ? [] : [credentials])].join(', ');
  fastify.answerWriter.onLastHeaders((reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    else if (reply.request.caller !== undefined) reply.header('vary', vary);
    reply.header('x-content-type-options', 'nosniff');
  });
}

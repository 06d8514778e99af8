import { type FastifyInstance } from 'fastify';
import { Problem } from '../problems/problem.ts';

/**
 * Answers 405 with `Allow` (RFC 9110, section 15.5.6) for every method that a route does not accept. Call it before the
 * routes are registered, and its result afterwards.
 */
export function answerMethodNotAllowed(fastify: FastifyInstance): () => void {
  const methodsByUrl = new Map<string, Set<string>>();
  fastify.addHook('onRoute', ({ url, method }) => {
    const methods = methodsByUrl.get(url) ?? new Set();
    for (const each of [method].flat()) methods.add(each);
    methodsByUrl.set(url, methods);
  });
  return () => {
    for (const [url, allowed] of [...methodsByUrl]) {
      const allow = [...allowed].sort().join(', ');
      const others = fastify.supportedMethods.filter((method) => !allowed.has(method));
      if (url === '*' || others.length === 0) continue;
      fastify.route({
        url,
        method: others,
        // Before the body is read, which does not matter here.
        onRequest: (_request, _reply, done) => {
          done(new Problem('method_not_allowed', `This route accepts: ${allow}.`, { headers: { allow } }));
        },
        handler: (_request, reply) => reply.send(),
      });
    }
  };
}

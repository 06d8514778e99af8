import { type FastifyInstance } from 'fastify';
import { readFileSync } from 'node:fs';

/** The path is the same from `src/problems/`, `build/problems/` and `dist/chunks/`. */
const ERROR_REFERENCE = new URL('../../docs/errors.md', import.meta.url);

/** Serves `docs/errors.md`, to which the `type` of every problem points. It is read once, at the start. */
export function serveErrorReference(fastify: FastifyInstance): void {
  const text = readFileSync(ERROR_REFERENCE, 'utf8');
  fastify.get('/docs/errors.md', (_request, reply) => reply.type('text/markdown; charset=utf-8').send(text));
}

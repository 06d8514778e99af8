import { type FastifyInstance } from 'fastify';

export const INVALIDATIONS_ROUTE = '/v1/invalidations';

/** A thousand ids of forty letters, four bytes each. */
const MAX_BODY_BYTES = 192 * 1024;

/** Lets the list of an invalidation be longer than other bodies. Call it before the routes are registered. */
export function allowLongLists(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (options) => {
    if (options.url === INVALIDATIONS_ROUTE) options.bodyLimit = MAX_BODY_BYTES;
  });
}

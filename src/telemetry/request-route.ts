import { type FastifyInstance, type FastifyRequest } from 'fastify';

/** Notes the pattern of its route on each request. Fastify creates its own `routeOptions` again at each access. */
export function noteRoutes(fastify: FastifyInstance): void {
  fastify.decorateRequest('route', null);
  fastify.addHook('onRoute', (options) => {
    const { url, onRequest = [] } = options;
    options.onRequest = [
      (request, _reply, done): void => {
        request.route = url;
        done();
      },
      ...[onRequest].flat(),
    ];
  });
}

/** The pattern of a request's route, or `none`. A request that a hook refused has it from Fastify. */
export function routeOf(request: FastifyRequest): string {
  return request.route ?? request.routeOptions.url ?? 'none';
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The pattern of the route; null until the hooks of all routes have run. */
    route: string | null;
  }
}

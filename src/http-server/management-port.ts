import { type FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Problem } from '../problems/problem.ts';

const MANAGEMENT = /^\/(metrics|health\/dependencies|openapi\.json|docs(\/.*)?)$/;
/** The probes, and the page to which the `type` of every problem points. */
const BOTH = /^(\*|\/health\/(live|ready|startup)|\/docs\/errors\.md)$/;

/**
 * A second port, for operators. The same HTTP server answers on both, so limits, logs and shutdown are the same. The routes
 * for operators answer only there, and the routes for callers only on the other port.
 */
export class ManagementPort {
  private readonly sockets = new WeakSet<Socket>();
  private readonly server: Server;

  /** Call it before the routes are registered, and before other hooks that may answer. */
  constructor(fastify: FastifyInstance) {
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.sockets.add(socket);
      fastify.server.emit('connection', socket);
    });
    fastify.addHook('onRoute', (options) => {
      if (BOTH.test(options.url)) return;
      const isForOperators = MANAGEMENT.test(options.url);
      options.onRequest = [
        (request, _reply, done): void => {
          if (this.sockets.has(request.raw.socket) === isForOperators) done();
          else done(new Problem('route_not_found', 'This port does not have the route. Use the other port.'));
        },
        ...[options.onRequest ?? []].flat(),
      ];
    });
    // The HTTP server ends the open connections.
    fastify.addHook('preClose', (done) => {
      this.server.close();
      done();
    });
  }

  /** @returns the port; `port` 0 takes a free one @throws a system error when the port cannot be used */
  async listen(port: number, host: string): Promise<number> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }
}

declare module 'fastify' {
  interface FastifyInstance {
    /** null: operators use the port of the callers. */
    managementPort: ManagementPort | null;
  }
}

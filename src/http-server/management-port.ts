import { type FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Problem } from '../problems/problem.ts';

const MANAGEMENT = /^\/(metrics|health\/dependencies|openapi\.json|docs(\/.*)?)$/;
/** The probes, and the page to which the `type` of every problem points. */
const BOTH = /^(\*|\/health\/(live|ready|startup)|\/docs\/errors\.md)$/;

/**
 * A second port, for operators. The one HTTP server answers there, too, so that limits, logs and the shutdown are the same. The routes
 * for operators answer there alone, and the routes for callers do not.
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
          else done(new Problem('route_not_found', 'This port does not have the route. Ask the other one.'));
        },
        ...[options.onRequest ?? []].flat(),
      ];
    });
    // Connections that are open are the HTTP server's to end.
    fastify.addHook('preClose', (done) => {
      this.server.close();
      done();
    });
  }

  /** @returns the port; `port` 0 takes a free one @throws Error of the system when it cannot be listened on */
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

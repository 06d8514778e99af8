import { type FastifyInstance } from 'fastify';
import { type Socket } from 'node:net';

/**
 * Ends, when the server closes, the connections over which nothing was ever asked: gateways and clients open some ahead
 * of need, Node does not count them as idle, and closing would wait for them.
 */
export function endUnusedConnectionsOnClose(fastify: FastifyInstance): void {
  const unused = new Set<Socket>();
  let closing = false;
  fastify.server.on('connection', (socket) => {
    if (closing) {
      socket.destroy();
      return;
    }
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  fastify.server.on('request', ({ socket }) => unused.delete(socket));
  fastify.addHook('preClose', (done) => {
    closing = true;
    for (const socket of unused) socket.destroy();
    done();
  });
}

import { type FastifyInstance } from 'fastify';
import { type Socket } from 'node:net';

/**
 * Keeps a closing server from waiting for nothing: connections over which nothing was ever asked are ended, as gateways
 * open some ahead of need and Node does not count them as idle; others are ended with the answer under way.
 */
export function drainConnections(fastify: FastifyInstance): void {
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
  // A kept-alive connection would stay open, idle, after the last answer over it, until the shutdown timeout.
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) void reply.header('connection', 'close');
    done();
  });
  fastify.addHook('preClose', (done) => {
    closing = true;
    for (const socket of unused) socket.destroy();
    done();
  });
}

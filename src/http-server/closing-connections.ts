import { type FastifyInstance } from 'fastify';
import { type Socket } from 'node:net';

/**
 * Ends connections when the server closes. One without any request ends at once: gateways open such connections ahead of need,
 * and Node does not count them as idle. The others end with their current answer.
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
  // Otherwise a kept-alive connection would stay open and idle until the shutdown timeout.
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

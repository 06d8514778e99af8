import { type FastifyInstance } from 'fastify';
import { type ServerResponse } from 'node:http';

/**
 * Cuts off answers that nobody reads: a caller that reads nothing for the server's `connectionTimeout` would otherwise keep
 * an answer in memory. It does not cut off an answer on which a handler still works.
 */
export function cutOffUnreadAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (_request, reply, done) => {
    // With a listener, Node does not close the connection itself.
    reply.raw.on('timeout', destroyIfUnread);
    done();
  });
}

function destroyIfUnread(this: ServerResponse): void {
  if (this.socket && this.socket.writableLength > 0) this.socket.destroy();
}

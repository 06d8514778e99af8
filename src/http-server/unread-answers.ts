import { type FastifyInstance } from 'fastify';
import { type ServerResponse } from 'node:http';

/**
 * Cuts off answers that nobody reads: a reader who takes nothing for the server's `connectionTimeout` would otherwise keep an answer in
 * memory. It waits for an answer that a handler still makes.
 */
export function cutOffUnreadAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (_request, reply, done) => {
    // With a listener, Node itself does not end the connection.
    reply.raw.on('timeout', destroyIfUnread);
    done();
  });
}

function destroyIfUnread(this: ServerResponse): void {
  if (this.socket && this.socket.writableLength > 0) this.socket.destroy();
}

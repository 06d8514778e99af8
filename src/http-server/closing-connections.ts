import { type FastifyInstance } from 'fastify';
import { type Socket } from 'node:net';
import { type Clock } from '../config/clock.ts';

/** Node waits a second longer. 0 would mean for ever. */
const AFTER_LAST_ANSWER_MS = 1;
/** For the rest of a body whose request was answered before. */
const REST_OF_BODY_MS = 1000;

/**
 * Ends connections when the server closes. While the process drains, each answer says that its connection ends with it, so
 * that no client sends a request on a connection that is being closed. A connection without any request ends when the
 * server closes: gateways open such connections ahead of need, and Node does not treat them as idle.
 */
export function drainConnections(fastify: FastifyInstance, clock: Clock, isDraining: () => boolean): void {
  const { server } = fastify;
  const open = new Set<Socket>();
  const unused = new Set<Socket>();
  let closing = false;
  server.on('connection', (socket) => {
    if (closing) {
      socket.destroy();
      return;
    }
    open.add(socket);
    unused.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      unused.delete(socket);
    });
  });
  server.on('request', ({ socket }) => unused.delete(socket));
  fastify.answerWriter.onLastHeaders((reply) => {
    if (closing || isDraining()) reply.header('connection', 'close');
  });
  fastify.addHook('preClose', (done) => {
    closing = true;
    // Node takes a connection whose request is not complete for one in use, although it waits for the next request.
    const betweenRequestsMs = server.keepAliveTimeout + server.keepAliveTimeoutBuffer;
    clock.after(REST_OF_BODY_MS, () => {
      for (const socket of open) if (socket.timeout === betweenRequestsMs) socket.destroy();
    });
    // For a connection whose answer began before, and said nothing of its end.
    server.keepAliveTimeout = AFTER_LAST_ANSWER_MS;
    afterReading(() => {
      for (const socket of unused) socket.destroy();
      done();
    });
  });
}

/**
 * Calls back when Node has read all bytes that have already arrived: their requests are then in progress, and the
 * connections are not idle.
 */
function afterReading(callback: () => void): void {
  setImmediate(() => {
    setImmediate(callback);
  });
}

import { type FastifyInstance, type FastifyReply } from 'fastify';
import { type IncomingMessage } from 'node:http';
import { type Clock, type Timer } from '../config/clock.ts';
import { Problem } from '../problems/problem.ts';

/** How fast a body must arrive. */
export interface BodyPace {
  /** The time for a body, plus a second for every `minBytesPerSecond` bytes of it. */
  readonly timeoutMs: number;
  readonly minBytesPerSecond: number;
}

/** How much of an unread body is discarded before its connection is closed. */
const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;

/**
 * Ends requests whose body arrives too slowly: with 408, or by closing the connection once they are answered. A request
 * that is answered before its body has arrived keeps its connection, and the rest is discarded: closing a connection with
 * unread bytes resets it, and the reset may overtake the answer (RFC 9112, section 9.6).
 */
export function readBodiesInTime(fastify: FastifyInstance, clock: Clock, pace: BodyPace): void {
  fastify.addHook('onRequest', ({ raw }, reply, done) => {
    if (hasBody(raw)) new BodyWatch(raw, reply, clock, pace).start();
    done();
  });
  fastify.answerWriter.onLastHeaders((reply) => {
    if (isUnread(reply.request.raw) && reply.statusCode !== 408) reply.removeHeader('connection');
  });
}

/** Watches one body arrive. */
class BodyWatch {
  private readonly startedAt: number;
  private readonly bytesBefore: number;
  private timer: Timer | null = null;

  constructor(
    private readonly request: IncomingMessage,
    private readonly reply: FastifyReply,
    private readonly clock: Clock,
    private readonly pace: BodyPace,
  ) {
    this.startedAt = clock.monotonic();
    this.bytesBefore = request.socket.bytesRead;
  }

  start(): void {
    this.checkIn(this.pace.timeoutMs);
    this.request.once('close', () => this.timer?.cancel());
  }

  private checkIn(ms: number): void {
    this.timer = this.clock.after(ms, () => {
      this.check();
    });
  }

  private check(): void {
    const { request, reply, pace } = this;
    if (request.complete || request.destroyed) return;
    const bytes = request.socket.bytesRead - this.bytesBefore;
    const endsAt = this.startedAt + pace.timeoutMs + (bytes / pace.minBytesPerSecond) * 1000;
    const leftMs = endsAt - this.clock.monotonic();
    if (leftMs > 0 && bytes <= MAX_DISCARDED_BYTES) this.checkIn(Math.min(leftMs, pace.timeoutMs));
    else if (reply.sent || request.listenerCount('error') === 0) request.destroy();
    // The reader of the body answers with this problem.
    else request.emit('error', tooSlow());
  }
}

const tooSlow = (): Problem =>
  new Problem('request_timeout', 'Send the whole request sooner.', { headers: { connection: 'close' } });

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Whether a part of the body has yet to arrive, and is small enough to discard. */
function isUnread(request: IncomingMessage): boolean {
  if (request.complete || !hasBody(request)) return false;
  return Number(request.headers['content-length'] ?? 0) <= MAX_DISCARDED_BYTES;
}

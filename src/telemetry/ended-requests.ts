import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type Socket } from 'node:net';
import { type Clock } from '../config/clock.ts';
import { noteRoutes, routeOf } from './request-route.ts';

/** Of a request whose caller left before the whole answer was handed over. nginx has named it so. */
export const CALLER_LEFT = 499;
/** OpenTelemetry's name for a method that is not known. */
const NO_METHOD = '_OTHER';
const ENDED_EARLY = 'HPE_INVALID_EOF_STATE';

/** How a request ended. */
export interface EndedRequest {
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** 0 when it is not known. */
  readonly durationMs: number;
  readonly fields: FastifyRequest['logFields'];
}

type Listener = (ended: EndedRequest) => void;
/** The problem that a request was answered with before a route had it. */
interface Refusal {
  readonly status: number;
  readonly code: string;
}

/** Tells once of each request that ended: answered, refused before it reached a route, or left by its caller. */
export class EndedRequests {
  private readonly listeners: Listener[] = [];
  /** Requests that have no answer yet, by their connection. A listener for each request would cost more than all other hooks. */
  private readonly open = new WeakMap<Socket, Set<FastifyRequest>>();

  constructor(private readonly clock: Clock) {}

  onEnd(listener: Listener): void {
    this.listeners.push(listener);
  }

  watch(fastify: FastifyInstance): void {
    noteRoutes(fastify);
    fastify.decorateRequest('receivedAtMs', 0);
    fastify.server.on('connection', (socket) => {
      const open = new Set<FastifyRequest>();
      this.open.set(socket, open);
      socket.once('close', () => {
        for (const request of open) this.end(request, CALLER_LEFT);
      });
    });
    fastify.addHook('onRequest', (request, _reply, done) => {
      request.receivedAtMs = this.clock.monotonic();
      this.open.get(request.raw.socket)?.add(request);
      done();
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      if (this.open.get(request.raw.socket)?.delete(request) !== false) this.end(request, reply.statusCode);
      done();
    });
  }

  /** The id of the request whose body is read on this connection, if there is one. */
  idOn(socket: Socket): string | null {
    return this.lastOn(socket)?.id ?? null;
  }

  /**
   * The bytes on this connection were refused: those of the request whose body is read, or what never became a request.
   * @param errorCode of the parser; a caller who ends the connection in the middle of a body has left
   */
  refusedBytes(socket: Socket, requestId: string, { status, code }: Refusal, errorCode: string | undefined): void {
    const request = this.lastOn(socket);
    if (!request) {
      this.tell({ requestId, method: NO_METHOD, route: 'none', status, durationMs: 0, fields: { code } });
      return;
    }
    if (errorCode === ENDED_EARLY) return;
    this.open.get(socket)?.delete(request);
    request.logFields = { ...request.logFields, code };
    this.end(request, status);
  }

  /** The framework refused the URL; no hook has seen this request. */
  refusedUrl({ id, method }: FastifyRequest, { status, code }: Refusal): void {
    this.tell({ requestId: id, method, route: 'none', status, durationMs: 0, fields: { code } });
  }

  private lastOn(socket: Socket): FastifyRequest | undefined {
    return [...(this.open.get(socket) ?? [])].at(-1);
  }

  private end(request: FastifyRequest, status: number): void {
    const durationMs = this.clock.monotonic() - request.receivedAtMs;
    const { id, method, logFields } = request;
    this.tell({ requestId: id, method, route: routeOf(request), status, durationMs, fields: logFields });
  }

  private tell(ended: EndedRequest): void {
    for (const listener of this.listeners) listener(ended);
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Monotonic milliseconds at which the request's headers had arrived. */
    receivedAtMs: number;
  }
}

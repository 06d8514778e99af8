import { type FastifyInstance, type FastifyRequest } from 'fastify';
import { type Socket } from 'node:net';
import { type Clock } from '../config/clock.ts';
import { addLogFields } from './log-fields.ts';
import { noteRoutes, routeOf } from './request-route.ts';
import { type TraceScope } from './traces/trace-scope.ts';

/** The status of a request whose caller left before it had the whole answer, as nginx logs it. */
export const CALLER_LEFT = 499;
/** OpenTelemetry's name for an unknown method. */
const NO_METHOD = '_OTHER';
const ENDED_EARLY = 'HPE_INVALID_EOF_STATE';

/** How a request ended. */
export interface EndedRequest {
  readonly requestId: string;
  readonly method: string;
  readonly route: string;
  readonly status: number;
  /** 0 when unknown. */
  readonly durationMs: number;
  readonly fields: FastifyRequest['logFields'];
  /** Its scope in a trace; null: it is not traced. */
  readonly trace: TraceScope | null;
}

type Listener = (ended: EndedRequest) => void;

/** The problem that answered a request before it reached a route. */
interface Refusal {
  readonly status: number;
  readonly code: string;
}

/** Notifies its listeners once of each request that ended: answered, refused before it reached a route, or left by its caller. */
export class EndedRequests {
  private readonly listeners: Listener[] = [];
  /** Requests that have no answer yet, by their connection. A listener for each request would cost more than all other hooks. */
  private readonly open = new WeakMap<Socket, Set<FastifyRequest>>();
  private count = 0;

  constructor(private readonly clock: Clock) {}

  /** Requests that have no answer yet. */
  get active(): number {
    return this.count;
  }

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
        for (const request of open) if (this.take(request, socket)) this.end(request, CALLER_LEFT);
      });
    });
    fastify.addHook('onRequest', (request, _reply, done) => {
      request.receivedAtMs = this.clock.monotonic();
      const open = this.open.get(request.raw.socket);
      if (open?.add(request)) this.count += 1;
      done();
    });
    fastify.addHook('onResponse', (request, reply, done) => {
      if (this.take(request, request.raw.socket) !== false) this.end(request, reply.statusCode);
      done();
    });
  }

  /** The id of the request whose body is being read on this connection, if there is one. */
  idOn(socket: Socket): string | null {
    return this.lastOn(socket)?.id ?? null;
  }

  /**
   * The parser has refused the bytes on this connection: those of the request whose body is being read, or bytes that never
   * became a request.
   * @param errorCode the parser's; a caller that ends the connection in the middle of a body has left
   */
  refusedBytes(socket: Socket, requestId: string, { status, code }: Refusal, errorCode: string | undefined): void {
    const request = this.lastOn(socket);
    if (!request) {
      this.refused(requestId, NO_METHOD, { status, code });
      return;
    }
    if (errorCode === ENDED_EARLY) return;
    this.take(request, socket);
    addLogFields(request, { code });
    this.end(request, status);
  }

  /** The framework refused the URL; no hook has seen this request. */
  refusedUrl({ id, method }: FastifyRequest, refusal: Refusal): void {
    this.refused(id, method, refusal);
  }

  private refused(requestId: string, method: string, { status, code }: Refusal): void {
    this.notify({ requestId, method, route: 'none', status, durationMs: 0, fields: { code }, trace: null });
  }

  /** @returns whether the request had no answer yet; undefined: the connection is not watched */
  private take(request: FastifyRequest, socket: Socket): boolean | undefined {
    const wasOpen = this.open.get(socket)?.delete(request);
    if (wasOpen === true) this.count -= 1;
    return wasOpen;
  }

  private lastOn(socket: Socket): FastifyRequest | undefined {
    return [...(this.open.get(socket) ?? [])].at(-1);
  }

  private end(request: FastifyRequest, status: number): void {
    const durationMs = this.clock.monotonic() - request.receivedAtMs;
    const { id, method, logFields, trace } = request;
    this.notify({ requestId: id, method, route: routeOf(request), status, durationMs, fields: logFields, trace });
  }

  private notify(ended: EndedRequest): void {
    for (const listener of this.listeners) listener(ended);
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Monotonic milliseconds at which the request's headers had arrived. */
    receivedAtMs: number;
  }
}

import { Injectable } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { type Readable } from 'node:stream';
import { AuthGuard } from '../auth/auth.guard.ts';
import { Clock } from '../config/clock.ts';
import { lineStream } from '../http-server/line-stream.ts';
import { Problem } from '../problems/problem.ts';
import { cursorOf } from './change-cursor.ts';
import { type ChangePage, ChangePages, type ChangeQuery } from './change-pages.ts';
import { ChangeMetrics, type StreamEnd } from './feed/change-metrics.ts';
import { OpenAnswers } from './open-answers.ts';

export const EVENT_STREAM = 'text/event-stream';

const RETRY_MS = 3000;
/** Proxies cut off streams that are silent for 30 to 60 s. */
const BOOKMARK_INTERVAL_MS = 15_000;
/** A consumer that reads nothing for this long is cut off. */
export const MAX_UNREAD_MS = 15_000;
/** Streams end by themselves, so that load spreads again after a deploy. */
const LIFETIME_MS = 300_000;
const LIFETIME_JITTER = 0.1;
const AFTER_FAILURE_MS = 1000;

/** One open stream. */
interface Stream {
  readonly query: ChangeQuery;
  readonly reply: FastifyReply;
  readonly signal: AbortSignal;
  /** Monotonic milliseconds. */
  readonly endsAt: number;
}

/** The end of a stream: the last piece ('' for none) and the reason. */
interface Ending {
  readonly text: string;
  readonly reason: StreamEnd;
}

/** The events of a feed as server-sent events. It never runs ahead of its reader. */
@Injectable()
export class ChangeStreams {
  constructor(
    private readonly clock: Clock,
    private readonly guard: AuthGuard,
    private readonly pages: ChangePages,
    private readonly answers: OpenAnswers,
    private readonly metrics: ChangeMetrics,
  ) {}

  /** @param first the page with which the stream begins; it is read before, so that a wrong cursor gets an error status */
  open(query: ChangeQuery, first: ChangePage, reply: FastifyReply): Readable {
    return lineStream((left) => this.texts(query, first, reply, left));
  }

  private async *texts(
    query: ChangeQuery,
    first: ChangePage,
    reply: FastifyReply,
    left: AbortSignal,
  ): AsyncGenerator<string, void, undefined> {
    const ending = this.answers.begin();
    const leave = (): void => {
      ending.abort();
    };
    left.addEventListener('abort', leave);
    const lifetimeMs = LIFETIME_MS * (1 + LIFETIME_JITTER * (2 * Math.random() - 1));
    const endsAt = this.clock.monotonic() + lifetimeMs;
    const stream: Stream = { query, reply, signal: ending.signal, endsAt };
    const unread = new AbortController();
    let reason: StreamEnd = 'left';
    this.metrics.openStreams.inc();
    try {
      reason = yield* this.cutOffUnread(this.pieces(stream, first), reply, unread);
    } finally {
      left.removeEventListener('abort', leave);
      this.answers.end(ending);
      this.metrics.openStreams.dec();
      this.metrics.streamEnds.inc({ reason: unread.signal.aborted ? 'unread' : reason });
    }
  }

  /** Passes the pieces on. When the consumer does not read one in time, it aborts `unread` and ends the connection. */
  private async *cutOffUnread(
    pieces: AsyncGenerator<string, StreamEnd, undefined>,
    reply: FastifyReply,
    unread: AbortController,
  ): AsyncGenerator<string, StreamEnd, undefined> {
    try {
      for (;;) {
        const piece = await pieces.next();
        if (piece.done === true) return piece.value;
        const cut = this.clock.after(MAX_UNREAD_MS, () => {
          unread.abort();
          reply.raw.destroy();
        });
        try {
          yield piece.value;
        } finally {
          cut.cancel();
        }
      }
    } finally {
      await pieces.return('left');
    }
  }

  /** @returns why the stream ended */
  private async *pieces(stream: Stream, first: ChangePage): AsyncGenerator<string, StreamEnd, undefined> {
    const { signal, endsAt } = stream;
    yield `retry: ${RETRY_MS}\n\n`;
    let page = first;
    let bookmarkAt = -Infinity;
    for (;;) {
      const events = page.changes.map((change) => eventText('change', change, change.id)).join('');
      if (events !== '') yield events;
      const now = this.clock.monotonic();
      const isOver = signal.aborted || now >= endsAt;
      if (isOver || now >= bookmarkAt) {
        const { caughtUp } = page;
        const cursor = cursorOf(page.position);
        yield eventText('bookmark', { cursor, caughtUp }, cursor);
        bookmarkAt = now + BOOKMARK_INTERVAL_MS;
      }
      if (isOver) return signal.aborted ? 'shutdown' : 'lifetime';
      const next = await this.next(stream, page, Math.min(bookmarkAt, endsAt) - now);
      if ('reason' in next) {
        if (next.text !== '') yield next.text;
        return next.reason;
      }
      page = next;
    }
  }

  /** The next page, or the end of the stream. */
  private async next(stream: Stream, page: ChangePage, waitMs: number): Promise<ChangePage | Ending> {
    const { query, reply, signal } = stream;
    if (page.caughtUp) await this.pages.more(query.organisation, page, waitMs, signal);
    try {
      if (!(await this.guard.stillAdmits(reply.request, 'changes:read'))) return { text: '', reason: 'access' };
      return await this.pages.next({ ...query, position: page.position }, true);
    } catch (error) {
      if (error instanceof Problem && error.code === 'changes_gone') {
        const { code, message: detail } = error;
        const text = eventText('gone', { code, detail, beginAt: error.more.extensions?.beginAt });
        return { text, reason: 'gone' };
      }
      // Redis is down: the consumer keeps its position.
      this.metrics.failures.inc();
      await this.clock.sleep(AFTER_FAILURE_MS, signal).catch(() => undefined);
      return { ...page, changes: [] };
    }
  }
}

/** @param id the cursor with which a consumer continues after this event */
function eventText(name: string, data: unknown, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

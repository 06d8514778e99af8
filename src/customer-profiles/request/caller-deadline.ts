import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Clock } from '../../config/clock.ts';
import { type InputCheck } from '../../problems/input-check.ts';
import { Deadline } from '../../resilience/deadline.ts';
import { DeadlineHeaders } from './profile-query.dto.ts';

/** The smallest of the caller's remaining times in milliseconds; Infinity when the headers name none. */
export function remainingMs({ headers }: FastifyRequest, check: InputCheck): number {
  if (!('x-request-timeout-ms' in headers || 'x-envoy-expected-rq-timeout-ms' in headers)) return Infinity;
  const sent = check.values(DeadlineHeaders, 'header', headers, true);
  return Math.min(...Object.values(sent).map((ms: string | undefined) => Number(ms ?? Infinity)));
}

/**
 * A caller's time: it ends `budgetMs` after the request came, or when the caller leaves. Most reads need neither a timer
 * nor a listener, so it creates both on first use.
 */
export class CallerTime {
  private left: AbortSignal | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly reply: FastifyReply,
    private readonly budgetMs: number,
  ) {}

  /** What is left of it; negative when it is over. */
  remainingMs(): number {
    return this.budgetMs - (this.clock.monotonic() - this.reply.request.receivedAtMs);
  }

  /** The deadline of one read, always the same. Several reads of one request have one each: when one ends, the others continue. */
  deadline(): () => Deadline {
    let deadline: Deadline | null = null;
    return () => (deadline ??= this.newDeadline());
  }

  private newDeadline(): Deadline {
    this.left ??= callerLeft(this.reply);
    return new Deadline(this.clock, this.remainingMs(), this.left);
  }
}

/** Fires when the connection closes before the answer is written. */
function callerLeft(reply: FastifyReply): AbortSignal {
  const left = new AbortController();
  if (reply.raw.destroyed) left.abort();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) left.abort();
  });
  return left.signal;
}

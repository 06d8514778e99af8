import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Clock } from '../../config/clock.ts';
import { type InputCheck } from '../../problems/input-check.ts';
import { Deadline } from '../../resilience/deadline.ts';
import { DeadlineHeaders } from './profile-query.dto.ts';

/** The least of the caller's remaining times in milliseconds; Infinity when the headers name none. */
export function remainingMs({ headers }: FastifyRequest, check: InputCheck): number {
  if (!('x-request-timeout-ms' in headers || 'x-envoy-expected-rq-timeout-ms' in headers)) return Infinity;
  const sent = check.values(DeadlineHeaders, 'header', headers, true);
  return Math.min(...Object.values(sent).map((ms: string | undefined) => Number(ms ?? Infinity)));
}

/** The caller's deadline, so long after the request came; it also ends when the caller leaves. Made once, when first needed. */
export function callerDeadline(clock: Clock, reply: FastifyReply, budgetMs: number): () => Deadline {
  return callerDeadlines(clock, reply, budgetMs)();
}

/** As `callerDeadline`, for several reads of one request: whichever ends first, the others keep theirs. */
export function callerDeadlines(clock: Clock, reply: FastifyReply, budgetMs: number): () => () => Deadline {
  let left: AbortSignal | null = null;
  return () => {
    let deadline: Deadline | null = null;
    return () => {
      const elapsedMs = clock.monotonic() - reply.request.receivedAtMs;
      left ??= callerLeft(reply);
      deadline ??= new Deadline(clock, budgetMs - elapsedMs, left);
      return deadline;
    };
  };
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

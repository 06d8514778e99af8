import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { Deadline } from '../resilience/deadline.ts';
import { NO_OWNER, WorkTurns } from '../resilience/work-turns.ts';
import { TraceScope } from '../telemetry/traces/trace-scope.ts';
import { Drift } from './drift/drift.ts';
import { type OutboundAgents, outboundAgents } from './outbound-agents.ts';
import { failureOf, type Outcome, outcomeOf } from './outcome.ts';
import { type PreviousAttempt, type UpstreamCall } from './upstream-call.ts';
import { UpstreamError } from './upstream-error.ts';

/** One attempt of a call, from connect to the last byte. */
@Injectable()
export class Attempt {
  /** Opens a new connection for each call. */
  private readonly newConnections: OutboundAgents;
  private readonly sendsTraceContext: boolean;

  constructor(
    config: Config,
    private readonly clock: Clock,
    private readonly http: HttpService,
    private readonly drift: Drift,
    private readonly turns: WorkTurns,
  ) {
    this.newConnections = outboundAgents(config.outboundProxy);
    this.sendsTraceContext = config.traces?.goesUpstream === true;
  }

  /** @throws UpstreamError when there is no definite answer */
  async make<T>(call: UpstreamCall<T>, previous: PreviousAttempt): Promise<Outcome<T>> {
    const startedAt = this.clock.monotonic();
    const own = new Deadline(this.clock, call.attemptTimeoutMs, call.deadline.signal);
    try {
      const response = await this.http.axiosRef.request<Buffer>({
        method: call.method,
        url: call.url,
        headers: { ...call.headers(previous), ...this.traceContext() },
        data: call.body,
        signal: own.signal,
        ...(call.maxAnswerBytes === undefined ? {} : { maxContentLength: call.maxAnswerBytes }),
        // The upstream closed one idle connection, so it may have closed the others.
        ...(previous === 'unanswered' ? this.newConnections : {}),
      });
      this.drift.recordStatus(call.upstream, response.status);
      await this.turns.next(call.causedBy ?? NO_OWNER);
      return outcomeOf(call, response, this.clock.timeOfDay());
    } catch (error) {
      // Only codes leave here, because axios's error holds headers and the body.
      if (error instanceof UpstreamError) throw error;
      // A timer may fire a little early by the monotonic clock.
      throw failureOf(call, error, own.expired ? call.attemptTimeoutMs : this.clock.monotonic() - startedAt);
    } finally {
      own.dispose();
    }
  }

  /** Upstreams are other companies, so they learn nothing about our traces unless an operator wants it. */
  private traceContext(): { traceparent?: string } {
    const scope = this.sendsTraceContext ? TraceScope.current() : null;
    return scope ? { traceparent: scope.traceparent } : {};
  }
}

import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock } from '../../config/clock.ts';
import { Config } from '../../config/config.ts';
import { Problem } from '../../problems/problem.ts';
import { toProblem } from '../../problems/translate.ts';
import { type Deadline } from '../../resilience/deadline.ts';
import { LOGGER } from '../../telemetry/logger.ts';
import { TraceScope } from '../../telemetry/traces/trace-scope.ts';
import { type ProfileAnswer } from '../answers/profile-answer.ts';
import { CustomerProfilesService } from '../customer-profiles.service.ts';
import { type ProfileQuery } from '../request/profile-query.ts';
import { type Batch } from './batch-request.ts';
import { ConcurrencyLimit } from './concurrency-limit.ts';
import { inAscii, type JsonPiece } from './json-pieces.ts';

/** Customers of one batch whose sources are called at the same time. The number leaves turns to the other reads of the process. */
const COLD_CONCURRENCY = 8;

/** The result of one customer as JSON, without its braces: a text of ASCII alone, and the profile if there is one. */
export type BatchResult = readonly [text: string, profile: JsonPiece];

/** Reads the customers of a batch, each once. */
@Injectable()
export class BatchReads {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly profiles: CustomerProfilesService,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * Begins all reads in one turn of the event loop, so that their commands to Redis go out together. Reads that must call
   * sources take turns.
   * @returns the result by customer, at once when a copy has it ready; none of them rejects
   */
  results({ queries }: Batch): ReadonlyMap<string, BatchResult | Promise<BatchResult>> {
    const limit = new ConcurrencyLimit(COLD_CONCURRENCY);
    const results = new Map<string, BatchResult | Promise<BatchResult>>();
    for (const query of queries) results.set(query.customerId, this.result(query, limit));
    return results;
  }

  private result(query: ProfileQuery, limit: ConcurrencyLimit): BatchResult | Promise<BatchResult> {
    try {
      const ready = this.profiles.readReady(query);
      return ready ? found(query, ready) : this.read(query, limit);
    } catch (error) {
      return this.failed(query, error);
    }
  }

  private async read(query: ProfileQuery, limit: ConcurrencyLimit): Promise<BatchResult> {
    try {
      const answer = await this.profiles.read(query, this.clock.monotonic(), (fetch) =>
        limit.run(() => {
          if (isOver(query.deadline())) throw outOfTime();
          return fetch();
        }),
      );
      return found(query, answer);
    } catch (error) {
      return this.failed(query, error);
    }
  }

  private failed(query: ProfileQuery, error: unknown): BatchResult {
    const problem = toProblem(error, 'cache_unavailable');
    const { code, more } = problem;
    if (code === 'internal_error')
      this.log.error({ requestId: query.requestId, code, err: more.cause }, 'a customer of a batch failed');
    const retryAfter = Number(more.headers?.['retry-after']);
    const body = JSON.stringify(problem.toBody(query.requestId, this.config.http.publicUrl, TraceScope.current()));
    const wait = Number.isNaN(retryAfter) ? '' : `,"retryAfterSeconds":${retryAfter}`;
    return [`${idOf(query)},"status":${problem.status},"problem":${inAscii(body)}${wait}`, ''];
  }
}

const found = (query: ProfileQuery, { response }: ProfileAnswer): BatchResult => [
  `${idOf(query)},"status":200,"profile":`,
  response.body,
];

const idOf = ({ customerId }: ProfileQuery): string => `"customerId":"${inAscii(customerId)}"`;

const isOver = (deadline: Deadline): boolean => deadline.signal.aborted || deadline.remainingMs() <= 0;

const outOfTime = (): Problem =>
  new Problem('source_timeout', 'The time of the batch was over before the turn of this customer came.');

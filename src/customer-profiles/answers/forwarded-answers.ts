import { Injectable } from '@nestjs/common';
import { Clock } from '../../config/clock.ts';
import { isConnector, type SourceName } from '../../config/source-names.ts';
import { CacheMetrics } from '../../profile-cache/cache-metrics.ts';
import { type Part } from '../../profile-cache/part.ts';
import { PartFactory } from '../../profile-cache/part-factory.ts';
import { type ProfileParts } from '../../profile-merge/profile-parts.ts';
import { type ForwardReason, planRead } from '../../profile-refresh/plan-read.ts';
import { type RefreshOutcome } from '../../profile-refresh/refresh-outcome.ts';
import { type ProfileQuery } from '../request/profile-query.ts';
import { AnswerMetrics } from './answer-metrics.ts';
import { forwardStatus } from './forward-status.ts';
import { type ProfileAnswer } from './profile-answer.ts';
import { ProfileAnswers } from './profile-answers.ts';

/** Makes the answers of reads that called sources. */
@Injectable()
export class ForwardedAnswers {
  constructor(
    private readonly clock: Clock,
    private readonly partFactory: PartFactory,
    private readonly answers: ProfileAnswers,
    private readonly metrics: CacheMetrics,
    private readonly answerMetrics: AnswerMetrics,
  ) {}

  /**
   * The answer made of the results that a refresh has brought in time. A source without a result timed out for this caller,
   * unless its call still waits for another reason.
   */
  async of(
    query: ProfileQuery,
    reason: ForwardReason,
    joined: boolean,
    outcome: RefreshOutcome,
  ): Promise<ProfileAnswer> {
    const { parts, results, waitReasons, response } = outcome;
    const missing = planRead(parts, query, this.clock.now()).fetch.filter((source) => {
      return !results.has(source) && (!isConnector(source) || parts.billing?.value);
    });
    const timedOut = this.timedOut(missing, parts, waitReasons);
    this.metrics.reads.inc({ outcome: reason, level: 'none' });
    const isFullRecord = query.view.isFullRecord && response !== null && Object.keys(timedOut).length === 0;
    const answered = isFullRecord ? response : await this.answers.renderInTurn(query, { ...parts, ...timedOut });
    this.answerMetrics.answered(answered);
    return {
      response: answered,
      cache: { hit: false, reason, collapsed: joined || outcome.isCollapsed, ...forwardStatus(results, timedOut) },
    };
  }

  private timedOut(
    sources: readonly SourceName[],
    parts: ProfileParts,
    waitReasons: RefreshOutcome['waitReasons'],
  ): ProfileParts {
    const previous: Readonly<Partial<Record<SourceName, Part>>> = parts;
    const failureOf = (source: SourceName): Part =>
      this.partFactory.fromFailure(waitReasons.get(source) ?? 'timeout', previous[source]);
    return Object.fromEntries(sources.map((source) => [source, failureOf(source)]));
  }
}

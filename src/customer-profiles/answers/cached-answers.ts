import { Injectable } from '@nestjs/common';
import { Clock } from '../../config/clock.ts';
import { Problem } from '../../problems/problem.ts';
import { type ProfileKey } from '../../profile-cache/cache-keys.ts';
import { CacheMetrics } from '../../profile-cache/cache-metrics.ts';
import { type CachedResponse } from '../../profile-cache/cached-response.ts';
import { EagerRefresh } from '../../profile-cache/eager-refresh.ts';
import { type ProfileParts } from '../../profile-merge/profile-parts.ts';
import { Inspector } from '../inspection/inspector.ts';
import { RefreshesBehind } from '../refreshes-behind.ts';
import { type ProfileQuery } from '../request/profile-query.ts';
import { AnswerMetrics } from './answer-metrics.ts';
import { type ProfileAnswer } from './profile-answer.ts';
import { ProfileAnswers } from './profile-answers.ts';

const HITS = {
  local: { hit: true, level: 'local', isStale: false, isRefreshing: false },
  redis: { hit: true, level: 'redis', isStale: false, isRefreshing: false },
} as const;

/** Makes the answers of reads that called no source. */
@Injectable()
export class CachedAnswers {
  constructor(
    private readonly clock: Clock,
    private readonly eagerRefresh: EagerRefresh,
    private readonly answers: ProfileAnswers,
    private readonly behind: RefreshesBehind,
    private readonly inspector: Inspector,
    private readonly metrics: CacheMetrics,
    private readonly answerMetrics: AnswerMetrics,
  ) {}

  /** A fresh response. It may begin an eager refresh, and an inspection, behind the answer. */
  hit(response: CachedResponse, level: 'local' | 'redis', key: ProfileKey, query: ProfileQuery): ProfileAnswer {
    this.metrics.hit(level);
    this.answerMetrics.answered(response);
    if (this.eagerRefresh.shouldRefresh(key, response.dueAt, this.clock.now()))
      this.behind.refreshEagerly(query).catch(() => undefined); // A read that needs it gets the error.
    this.inspector.onHit(response, query);
    return { response, cache: HITS[level] };
  }

  /** Stale parts. @param isRefreshing whether a refresh continues in the background */
  async stale(
    parts: ProfileParts,
    level: 'local' | 'redis',
    query: ProfileQuery,
    isRefreshing: boolean,
  ): Promise<ProfileAnswer> {
    const response = await this.answers.renderInTurn(query, parts);
    this.metrics.reads.inc({ outcome: 'stale', level });
    this.answerMetrics.answered(response);
    return { response, cache: { hit: true, level, isStale: true, isRefreshing } };
  }

  /** The refusal of a read that may call no source, when the cached parts do not satisfy it. */
  notCached(): Problem {
    this.metrics.reads.inc({ outcome: 'refused', level: 'none' });
    return new Problem(
      'not_cached',
      'No cached response satisfies the request, and Cache-Control: only-if-cached allows no other.',
    );
  }
}

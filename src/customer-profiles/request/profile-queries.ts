import { Injectable } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { callerOf } from '../../auth/caller.decorator.ts';
import { Clock } from '../../config/clock.ts';
import { Config } from '../../config/config.ts';
import { InputCheck } from '../../problems/input-check.ts';
import { CacheDemands } from './cache-demands.ts';
import { CallerTime, remainingMs } from './caller-deadline.ts';
import { type ProfileQuery } from './profile-query.ts';
import { readPlainUrl, readProfileUrl, type ReadUrl, type UrlQuery } from './profile-url.ts';
import { urlMemo } from './url-memo.ts';

/** Turns requests into checked queries. It parses each URL once, and remembers valid ones; plain ones are read faster than found again. */
@Injectable()
export class ProfileQueries {
  private readonly remembered = urlMemo<UrlQuery>();
  /** What all plain reads have in common. */
  private readonly plain: UrlQuery;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly demands: CacheDemands,
  ) {
    this.plain = readProfileUrl({ params: { customerId: 'any-one' }, query: {} }, config, new InputCheck());
  }

  /** @throws Problem `invalid_request` naming every issue of path, query and headers at once */
  of(readUrl: ReadUrl, reply: FastifyReply): ProfileQuery {
    const { request } = reply;
    const { headers, url } = request;
    const check = new InputCheck();
    const plain = readPlainUrl(url);
    const remembered = plain ? { ...this.plain, ...plain } : this.remembered.get(url);
    const asked = remembered ?? readUrl(request, this.config, check);
    const budgetMs = Math.min(asked.budgetMs, remainingMs(request, check));
    check.assertValid();
    const caller = callerOf(request);
    if (!remembered) this.remembered.set(url, asked);
    const time = new CallerTime(this.clock, reply, budgetMs);
    return {
      ...asked,
      organisation: caller.organisation,
      caller,
      directives: this.demands.of(request),
      ifNoneMatch: headers['if-none-match'],
      requestId: request.id,
      deadline: time.deadline(),
      time,
    };
  }
}

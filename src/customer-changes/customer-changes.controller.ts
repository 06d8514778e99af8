import { Controller, Get, Header, Res, StreamableFile } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { AuthGuard } from '../auth/auth.guard.ts';
import { Needs } from '../auth/needs.decorator.ts';
import { Clock } from '../config/clock.ts';
import { Problem } from '../problems/problem.ts';
import { WithoutRedis } from '../problems/without-redis.ts';
import { type CustomerChanges } from './change.schema.ts';
import { answerOf, type ChangePage, ChangePages, type ChangeQuery } from './change-pages.ts';
import { ChangeStreams, EVENT_STREAM } from './change-streams.ts';
import { type ChangesInput, ChangesRequest } from './changes-request.decorator.ts';
import { DescribeChanges, DescribeChangesRoutes } from './customer-changes.openapi.ts';
import { OpenAnswers } from './open-answers.ts';

/** The changes of profiles, in order, for consumers that keep copies. */
@DescribeChangesRoutes()
@Controller('v1/customer-profile-changes')
export class CustomerChangesController {
  constructor(
    private readonly clock: Clock,
    private readonly guard: AuthGuard,
    private readonly pages: ChangePages,
    private readonly streams: ChangeStreams,
    private readonly answers: OpenAnswers,
  ) {}

  @DescribeChanges()
  @WithoutRedis('changes_unavailable')
  @Needs('changes:read')
  @Get()
  @Header('cache-control', 'no-store')
  async changes(
    @ChangesRequest() { query, waitMs, isStream }: ChangesInput,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CustomerChanges | StreamableFile> {
    const isLongPoll = waitMs > 0 && !isStream;
    const first = await this.pages.next(query, isLongPoll && this.pages.isCurrent(query.organisation));
    void reply.header('vary', 'accept');
    if (isStream) {
      void reply.header('x-accel-buffering', 'no');
      return new StreamableFile(this.streams.open(query, first, reply), { type: EVENT_STREAM });
    }
    return answerOf(waitMs === 0 ? first : await this.waited(query, first, waitMs, reply));
  }

  /** The first page with an event, or the last page when the time is over. */
  private async waited(
    query: ChangeQuery,
    first: ChangePage,
    waitMs: number,
    reply: FastifyReply,
  ): Promise<ChangePage> {
    const endsAt = this.clock.monotonic() + waitMs;
    const ending = this.answers.begin();
    const { signal } = ending;
    const leave = (): void => {
      ending.abort();
    };
    if (reply.raw.closed) leave();
    reply.raw.once('close', leave);
    let page = first;
    try {
      while (page.changes.length === 0 && page.caughtUp && !signal.aborted) {
        const leftMs = endsAt - this.clock.monotonic();
        if (leftMs <= 0) break;
        await this.pages.more(query.organisation, page, leftMs, signal);
        if (!(await this.guard.stillAdmits(reply.request, 'changes:read')))
          throw new Problem('forbidden', 'The caller has lost the right to read changes.', {
            extensions: { right: 'changes:read' },
          });
        page = await this.pages.next({ ...query, position: page.position }, true);
      }
      return page;
    } finally {
      reply.raw.removeListener('close', leave);
      this.answers.end(ending);
    }
  }
}

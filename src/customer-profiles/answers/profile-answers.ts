import { Injectable } from '@nestjs/common';
import { Clock } from '../../config/clock.ts';
import { Config } from '../../config/config.ts';
import { isConnector } from '../../config/source-names.ts';
import { type CachedResponse } from '../../profile-cache/cached-response.ts';
import { partsAmong, type ProfileParts } from '../../profile-merge/profile-parts.ts';
import { ResponseBuilder } from '../../profile-refresh/response-builder.ts';
import { WorkTurns } from '../../resilience/work-turns.ts';
import { inSpanSync } from '../../telemetry/traces/trace-scope.ts';
import { type ProfileQuery } from '../request/profile-query.ts';
import { assertRequired } from '../required-sources.ts';

/** Makes answers of parts. */
@Injectable()
export class ProfileAnswers {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly responses: ResponseBuilder,
    private readonly turns: WorkTurns,
  ) {}

  /**
   * Renders the query's view of these parts. Parts of other sources are ignored.
   * @throws Problem when a required source is missing
   */
  render(query: ProfileQuery, all: ProfileParts): CachedResponse {
    const now = this.clock.now();
    assertAnswerable(query, all, now);
    const asked = query.sources.filter((source) => !isConnector(source) || all.billing?.value);
    const parts = partsAmong(asked, all);
    const content = inSpanSync('merge', () => query.view.render(query, parts, now, this.config.mergePolicy));
    return this.responses.responseOf(query.organisation.id, content, parts);
  }

  /**
   * Renders when it has a turn of the event loop, because many reads may have to be answered at the same moment: those of a batch
   * whose time is over, or those that wait for the same source. A problem is thrown at once.
   */
  async renderInTurn(query: ProfileQuery, all: ProfileParts): Promise<CachedResponse> {
    assertAnswerable(query, all, this.clock.now());
    await this.turns.nextAnswer(query.caller.name);
    return this.render(query, all);
  }
}

function assertAnswerable(query: ProfileQuery, all: ProfileParts, now: number): void {
  query.view.assertAnswerable?.(all);
  assertRequired(query, all, now);
}

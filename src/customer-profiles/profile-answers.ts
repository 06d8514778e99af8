import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { storedAnswer, type CachedResponse } from '../profile-cache/cached-response.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { EntryBuilder } from '../profile-refresh/entry-builder.ts';
import { sourcesOf } from '../profile-refresh/read-requirements.ts';
import { type ProfileQuery } from './profile-query.ts';
import { assertRequired } from './required-sources.ts';

/** Makes answers of parts. */
@Injectable()
export class ProfileAnswers {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly entries: EntryBuilder,
  ) {}

  /**
   * What the query asks to be shown of these parts; parts of other sources are not looked at.
   * @throws Problem when what must be there is not
   */
  show(query: ProfileQuery, all: ProfileParts): CachedResponse {
    const now = this.clock.now();
    assertRequired(query, all, now);
    const asked = new Set<string>(sourcesOf(query));
    const parts = Object.fromEntries(Object.entries(all).filter(([source]) => asked.has(source))) as ProfileParts;
    const content = query.view.show(query, parts, now, this.config.mergePolicy);
    return storedAnswer(content, parts, this.entries.mergeKey);
  }
}

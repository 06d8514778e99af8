import { Injectable, type PipeTransform } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { ProfileQueries } from './profile-queries.ts';
import { type ProfileQuery } from './profile-query.ts';
import { type ReadUrl } from './profile-url.ts';

/** An unchecked read, and the reader of its route's URL. */
export interface UncheckedRead {
  readonly readUrl: ReadUrl;
  readonly reply: FastifyReply;
}

/** Checks a read, unless `HotReads` has already checked it. */
@Injectable()
export class ProfileQueryPipe implements PipeTransform<UncheckedRead, ProfileQuery> {
  constructor(private readonly queries: ProfileQueries) {}

  /** @throws Problem `invalid_request` naming every issue of path, query and headers at once */
  transform({ readUrl, reply }: UncheckedRead): ProfileQuery {
    return reply.request.profileQuery ?? this.queries.of(readUrl, reply);
  }
}

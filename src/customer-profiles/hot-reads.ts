import { Injectable } from '@nestjs/common';
import { type FastifyInstance, type FastifyReply, type HookHandlerDoneFunction } from 'fastify';
import { AuthGuard } from '../auth/auth.guard.ts';
import { Clock } from '../config/clock.ts';
import { WorkTurns } from '../resilience/work-turns.ts';
import { type ProfileAnswer } from './answers/profile-answer.ts';
import { fillReply } from './answers/profile-reply.ts';
import { CustomerProfilesService, type PlannedRead } from './customer-profiles.service.ts';
import { ProfileQueries } from './request/profile-queries.ts';
import { type ProfileQuery } from './request/profile-query.ts';
import { readProfileUrl } from './request/profile-url.ts';

const ROUTE = '/v1/customer-profiles/:customerId';

/**
 * Answers a profile before Nest's handler when what this process or Redis has of it is fresh: the handler would cost more than the rest
 * of such a read. It makes no decision of its own: guard, check of the request, service and reply are those of the handler. Any other
 * read continues to the handler, which finds the caller, the query and the plan on the request.
 */
@Injectable()
export class HotReads {
  /** How many reads wait for their turn to fetch. */
  private waiting = 0;

  constructor(
    private readonly guard: AuthGuard,
    private readonly queries: ProfileQueries,
    private readonly profiles: CustomerProfilesService,
    private readonly clock: Clock,
    private readonly turns: WorkTurns,
  ) {}

  /** Call it before the routes are registered. */
  watch(fastify: FastifyInstance): void {
    fastify.decorateRequest('profileQuery', null);
    fastify.decorateRequest('plannedRead', null);
    fastify.addHook('onRoute', (options) => {
      if (options.url !== ROUTE || ![options.method].flat().includes('GET')) return;
      options.onRequest = [
        ...[options.onRequest ?? []].flat(),
        (request, reply, done): void => {
          // A path without an id is not a read of a profile.
          if ((request.params as { customerId: string }).customerId === '') done();
          else this.answer(reply, done);
        },
      ];
    });
  }

  private answer(reply: FastifyReply, done: HookHandlerDoneFunction): void {
    const goOn = (): void => {
      const query = this.queries.of(readProfileUrl, reply);
      reply.request.profileQuery = query;
      const ready = this.profiles.readReady(query);
      if (ready) this.send(reply, ready, query);
      else void this.answerFresh(reply, query, done).catch(done);
    };
    this.guard.admitInHook(reply, 'profiles:read', 1, goOn, done);
  }

  private async answerFresh(reply: FastifyReply, query: ProfileQuery, done: HookHandlerDoneFunction): Promise<void> {
    const found = await this.profiles.readFresh(query);
    if (!('plan' in found)) {
      this.send(reply, found, query);
      return;
    }
    // A read that fetches nothing takes no turn from those that do.
    if (this.profiles.mayFetch(query, found, this.waiting)) await this.turn(query.caller.name);
    // Another read may have fetched meanwhile what this one lacks. Without Redis nothing else would say so.
    const local = this.profiles.readLocal(query);
    if (local) this.send(reply, local, query);
    else {
      reply.request.plannedRead = found;
      done();
    }
  }

  private async turn(caller: string): Promise<void> {
    this.waiting += 1;
    await this.turns.next(caller);
    this.waiting -= 1;
  }

  private send(reply: FastifyReply, answer: ProfileAnswer, query: ProfileQuery): void {
    reply.server.answerWriter.send(reply, fillReply(reply, answer, query, this.clock.now()));
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The checked query of a request that `HotReads` has not answered. */
    profileQuery: ProfileQuery | null;
    /** The read, when what is cached of it was found not to be fresh before its route had it. */
    plannedRead: PlannedRead | null;
  }
}

import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type Organisation } from '../config/organisations/organisations.ts';
import { type ProfileKey, STORED_LINK } from '../profile-cache/cache-keys.ts';
import { type CacheRead, ProfileCache } from '../profile-cache/profile-cache.ts';
import { ProfileWrites } from '../profile-cache/profile-writes.ts';
import { type UnwrittenCustomer, UnwrittenCustomers } from '../profile-cache/unwritten-customers.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { errorCode } from '../redis/redis-errors.ts';
import { RecurringTask } from '../resilience/recurring-task.ts';
import { NO_OWNER, WorkTurns } from '../resilience/work-turns.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { CustomerErased } from '../tombstones/customer-erased.ts';
import { NOBODY } from '../upstream/quota/quota-user.ts';
import { planRead } from './plan-read.ts';
import { requirementsSince } from './read-requirements.ts';
import { RefreshCoordinator } from './refresh-coordinator.ts';
import { ResponseBuilder } from './response-builder.ts';

const INTERVAL_MS = 2500;
/** They are written one after the other, which leaves time for readers between them. */
const BATCH_SIZE = 200;

/**
 * Writes the parts that refreshes could not write because Redis did not answer. Readers got them, so the change feed must
 * report them before the next refresh. It fetches parts that this process no longer has again, when the process has nothing
 * else to do.
 */
@Injectable()
export class LateWrites implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly task: RecurringTask;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly unwritten: UnwrittenCustomers,
    private readonly cache: ProfileCache,
    private readonly writes: ProfileWrites,
    private readonly responses: ResponseBuilder,
    private readonly refreshes: RefreshCoordinator,
    private readonly turns: WorkTurns,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.task = new RecurringTask(clock, INTERVAL_MS, (signal) => this.writeAll(signal));
  }

  onApplicationBootstrap(): void {
    this.task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /** Resolves when no write is in progress. */
  async settled(): Promise<void> {
    await this.task.settled();
  }

  /** Never rejects. */
  private async writeAll(signal: AbortSignal): Promise<void> {
    const customers = this.unwritten.take(BATCH_SIZE);
    for (const [index, customer] of customers.entries()) {
      if (!signal.aborted && (await this.tryWrite(customer))) continue;
      for (const left of customers.slice(index)) this.unwritten.note(left);
      return;
    }
  }

  /** @returns false to try again later: Redis does not answer, or the process has other work */
  private async tryWrite(customer: UnwrittenCustomer): Promise<boolean> {
    try {
      return await this.write(customer);
    } catch (error) {
      if (error instanceof CustomerErased) return true;
      this.log.debug(
        { event: 'cache_not_written', errorCode: errorCode(error) },
        'parts that were fetched are written to Redis later',
      );
      return false;
    }
  }

  private async write({ customer, missing, since }: UnwrittenCustomer): Promise<boolean> {
    const organisation = this.config.organisations.get(customer.organisation);
    // The organisation is no longer configured.
    if (!organisation) return true;
    const key = { ...customer, scope: organisation.cacheScope, variant: STORED_LINK };
    const read = await this.cache.read(key);
    if (!read.token.redis) return false;
    if (this.cache.holdsUnshared(key)) await this.writeKept(key, read);
    else if (missing === 'parts') return this.fetchAgain(organisation, customer.customerId, since, read);
    else if (!read.customer.response(STORED_LINK)) await this.writeKept(key, read);
    return true;
  }

  /** Writes the parts that this process and Redis have, and the response made of them. */
  private async writeKept(key: ProfileKey, read: CacheRead): Promise<void> {
    await this.turns.next(NO_OWNER);
    const parts: ProfileParts = read.customer.partsOf(STORED_LINK);
    const { reseller } = parts;
    if (reseller?.state === 'customer_unknown') {
      await this.writes.replaceAll(key, read, 'reseller', reseller);
      return;
    }
    const built = this.responses.build(key, parts);
    await this.writes.write(key, read, {
      parts,
      fetched: [],
      response: built?.response ?? null,
      contentOf: (linked) => this.responses.contentOf(key, linked, linked === parts ? built : null),
    });
  }

  /** Fetches parts from before `since` again. @returns false to try again later */
  private async fetchAgain(
    organisation: Organisation,
    customerId: string,
    since: number,
    read: CacheRead,
  ): Promise<boolean> {
    const parts: ProfileParts = read.customer.partsOf(STORED_LINK);
    // The customer was forgotten; its next read will fetch it.
    if (Object.keys(parts).length === 0 && read.token.redis?.generation !== '0') return true;
    const { sources } = this.config;
    const requirements = requirementsSince(since, { organisation, customerId, sources, caller: NOBODY });
    const plan = planRead(parts, requirements, this.clock.now());
    if (plan.fetch.length === 0) return true;
    const flight = this.refreshes.refreshBehind({ requirements, read, plan }, 'unwritten');
    await flight?.joinableUntil;
    return flight !== null;
  }
}

import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock, type Timer } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { STORED_LINK } from '../profile-cache/cache-keys.ts';
import { ProfileCache } from '../profile-cache/profile-cache.ts';
import { ProfileWrites } from '../profile-cache/profile-writes.ts';
import { UnwrittenCustomers } from '../profile-cache/unwritten-customers.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { errorCode } from '../redis/redis-errors.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { CustomerErased } from '../tombstones/customer-erased.ts';
import { ResponseBuilder } from './response-builder.ts';

const INTERVAL_MS = 2500;
/** One after the other, so that there is time for readers between them. */
const BATCH_SIZE = 200;

/**
 * Writes the parts that refreshes could not write because Redis did not answer. Readers were given them, so the change feed is to say so
 * before the next refresh.
 */
@Injectable()
export class LateWrites implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: Timer | null = null;
  private inFlight: Promise<void> = Promise.resolve();
  private isClosing = false;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly unwritten: UnwrittenCustomers,
    private readonly cache: ProfileCache,
    private readonly writes: ProfileWrites,
    private readonly responses: ResponseBuilder,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.writeLater();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isClosing = true;
    this.timer?.cancel();
    await this.settled();
  }

  /** Resolves when none is being written any more. */
  async settled(): Promise<void> {
    await this.inFlight;
  }

  private writeLater(): void {
    this.timer = this.clock.after(INTERVAL_MS, () => {
      this.inFlight = this.writeAll().then(() => {
        if (!this.isClosing) this.writeLater();
      });
    });
  }

  /** Never rejects. */
  private async writeAll(): Promise<void> {
    const customers = this.unwritten.take(BATCH_SIZE);
    for (const [index, customer] of customers.entries()) {
      if (!this.isClosing && (await this.tryWrite(customer))) continue;
      for (const left of customers.slice(index)) this.unwritten.note(left);
      return;
    }
  }

  /** @returns false when Redis does not answer */
  private async tryWrite(customer: CustomerKey): Promise<boolean> {
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

  private async write(customer: CustomerKey): Promise<boolean> {
    const organisation = this.config.organisations.get(customer.organisation);
    // The organisation is not configured any more.
    if (!organisation) return true;
    const key = { ...customer, scope: organisation.cacheScope, variant: STORED_LINK };
    const read = await this.cache.read(key);
    if (!read.token.redis) return false;
    if (!this.cache.holdsUnshared(key)) {
      // This process has it no more. The next read fetches it again.
      await this.cache.forget(customer, 'stale');
      return true;
    }
    const parts: ProfileParts = read.customer.partsOf(STORED_LINK);
    const { reseller } = parts;
    if (reseller?.state === 'customer_unknown') await this.writes.replaceAll(key, read, 'reseller', reseller);
    else {
      const built = this.responses.build(key, parts);
      await this.writes.write(key, read, {
        parts,
        fetched: [],
        response: built?.response ?? null,
        contentOf: (linked) => this.responses.contentOf(key, linked, linked === parts ? built : null),
      });
    }
    return true;
  }
}

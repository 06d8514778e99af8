import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { type RedisClient, RedisConnection } from '../redis/redis-connection.ts';
import { LINK_FIELDS, type ListedLink, readLink, type VersionedLink } from './customer-link.ts';
import { type LinkCondition } from './link-condition.ts';
import { INVALIDATION_DONE, DELETE_LINK, PUT_LINK } from './redis-scripts.ts';

const OUTCOMES = ['created', 'replaced', 'unchanged', 'removed'] as const;

/** Redis is not configured, does not answer, or not with a link: whether there is one cannot be said. */
export class LinkStoreUnavailable extends Error {}

/** What a change came to, in the one step that made it. */
export interface LinkChange {
  readonly outcome: (typeof OUTCOMES)[number];
  /** The billing customer before; null when there was no link. */
  readonly before: string | null;
  /** null after a removal. */
  readonly after: VersionedLink | null;
  /** The version of a change that the cached profiles are still to be told of, by whomever; null when there is none. */
  readonly pendingInvalidation: string | null;
}

/** Who is linked, and in which organisation. */
export interface LinkedCustomer {
  readonly organisation: string;
  readonly customerId: string;
}

/** Links, in Redis and without expiry. */
@Injectable()
export class LinkStore {
  constructor(
    private readonly connection: RedisConnection,
    private readonly clock: Clock,
  ) {}

  /** Whether there is a store at all: without Redis no link can have been stored. */
  get exists(): boolean {
    return this.connection.client !== null;
  }

  /**
   * @returns null when there is no link
   * @throws LinkStoreUnavailable
   */
  async get(customer: LinkedCustomer): Promise<VersionedLink | null> {
    return this.ask(async (redis) => {
      const fields = await redis.hmget(linkKey(customer), ...LINK_FIELDS);
      return readLink(customer.customerId, fields);
    });
  }

  /** The link without its history. Returns and throws as `get`. */
  async getSummary(customer: LinkedCustomer): Promise<ListedLink | null> {
    return this.ask(async (redis) => {
      const fields = await redis.hmget(linkKey(customer), 'billingCustomerId', 'linkedAt', 'linkedBy');
      const found = readLink(customer.customerId, [...fields, null, null]);
      if (!found) return null;
      const { customerId, billingCustomerId, linkedAt, linkedBy } = found.link;
      return { customerId, billingCustomerId, linkedAt, linkedBy };
    });
  }

  /**
   * Sets the link; what it said before goes to its history.
   * @param caller who does it, for the history
   * @returns null when the link is not as `condition` says; then nothing is changed
   * @throws LinkStoreUnavailable
   */
  async put(
    customer: LinkedCustomer,
    billingCustomerId: string,
    caller: string,
    { ifMatch, ifNoneMatch }: LinkCondition,
  ): Promise<LinkChange | null> {
    return this.ask(async (redis) => {
      const more = [billingCustomerId, this.now(), caller, ifMatch, ifNoneMatch];
      const answer = (await redis.eval(PUT_LINK, 1, linkKey(customer), ...more)) as (string | null)[];
      const [outcome, pendingInvalidation = null, before = null, ...fields] = answer;
      if (outcome === 'refused') return null;
      const after = readLink(customer.customerId, fields);
      return { outcome: knownOutcome(outcome), pendingInvalidation, before, after };
    });
  }

  /**
   * Removes the link; its history stays.
   * @returns null when the link is not as `condition` says; then nothing is changed
   * @throws LinkStoreUnavailable
   */
  async delete(customer: LinkedCustomer, caller: string, { ifMatch }: LinkCondition): Promise<LinkChange | null> {
    return this.ask(async (redis) => {
      const answer = await redis.eval(DELETE_LINK, 1, linkKey(customer), this.now(), caller, ifMatch);
      const [outcome, pendingInvalidation = null, before = null] = answer as (string | null)[];
      return outcome === 'refused'
        ? null
        : { outcome: knownOutcome(outcome), pendingInvalidation, before, after: null };
    });
  }

  /** Notes that the cached profiles have been told of the change of this version. @throws LinkStoreUnavailable */
  async markInvalidated(customer: LinkedCustomer, version: string): Promise<void> {
    await this.ask((redis) => redis.eval(INVALIDATION_DONE, 1, linkKey(customer), version));
  }

  /** @throws LinkStoreUnavailable */
  async ask<T>(command: (redis: RedisClient) => Promise<T>): Promise<T> {
    try {
      return await this.connection.run(command);
    } catch (error) {
      throw new LinkStoreUnavailable('Redis did not answer, or not with a link', { cause: error });
    }
  }

  private now(): string {
    return new Date(this.clock.now()).toISOString();
  }
}

/** @throws Error when this is no word of the scripts */
function knownOutcome(word: string | null | undefined): LinkChange['outcome'] {
  const known = OUTCOMES.find((outcome) => outcome === word);
  if (!known) throw new Error('the answer is no outcome');
  return known;
}

/** In the same slot as the customer's cached profile, and never touched by its invalidation. */
function linkKey({ organisation, customerId }: LinkedCustomer): string {
  return `customer-links:{${organisation}:${customerId}}`;
}

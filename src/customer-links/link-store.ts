import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { isoInstant } from '../config/iso-dates.ts';
import { marksKey } from '../customer-changes/feed/change-keys.ts';
import { ChangeMarks, marksIn, type ReadMarks } from '../customer-changes/feed/change-marks.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { type RedisCommands, RedisConnection } from '../redis/redis-connection.ts';
import { CustomerErased } from '../tombstones/customer-erased.ts';
import { ERASED } from '../tombstones/refuse-erased.ts';
import { Tombstones } from '../tombstones/tombstones.ts';
import { type CustomerLink, type ListedLink } from './customer-link.schema.ts';
import { LINK_FIELDS, readLink, UnreadableLink } from './customer-link.ts';
import { type LinkCondition } from './link-condition.ts';
import { digestOf } from './link-digest.ts';
import { DELETE_LINK, INVALIDATION_DONE, PUT_LINK } from './redis-scripts.ts';

const OUTCOMES = ['created', 'replaced', 'unchanged', 'removed'] as const;

/** A link with the digest in its strong ETag. */
export interface StoredLink {
  readonly link: CustomerLink;
  readonly digest: string;
}

/** The result of a change, from the one step that made it. */
export interface LinkChange {
  readonly outcome: (typeof OUTCOMES)[number];
  /** The billing customer before; null when there was no link. */
  readonly before: string | null;
  /** null after a removal. */
  readonly after: StoredLink | null;
  /** The version of a change for which the cached profiles must still be invalidated; null when there is none. */
  readonly pendingInvalidation: string | null;
  /** The marks to append to the change feed; null: nothing has changed. */
  readonly marks: ReadMarks | null;
}

/** Links, in Redis and without expiry. Every method throws RedisUnavailable, or Redis's own error reply, when Redis fails. */
@Injectable()
export class LinkStore {
  constructor(
    @Inject(RedisConnection) private readonly connection: RedisCommands,
    private readonly clock: Clock,
    private readonly marks: ChangeMarks,
    private readonly tombstones: Tombstones,
  ) {}

  /** Whether a store is configured. Without Redis no link can have been stored. */
  get isConfigured(): boolean {
    return this.connection.client !== null;
  }

  /**
   * @param withinMs how long to wait; absent: as long as a command may take
   * @returns null when there is no link
   */
  async get(customer: CustomerKey, withinMs?: number): Promise<StoredLink | null> {
    return this.connection.run(async (redis) => {
      const fields = await redis.hmget(linkKey(customer), ...LINK_FIELDS);
      return storedLink(customer, readList(fields));
    }, withinMs);
  }

  /** The link without its history; null when there is no link. */
  async getSummary(customer: CustomerKey): Promise<ListedLink | null> {
    return this.connection.run(async (redis) => {
      const fields = await redis.hmget(linkKey(customer), 'billingCustomerId', 'linkedAt', 'linkedBy');
      const link = readLink(customer.customerId, [...readList(fields), null, null]);
      if (!link) return null;
      const { customerId, billingCustomerId, linkedAt, linkedBy } = link;
      return { customerId, billingCustomerId, linkedAt, linkedBy };
    });
  }

  /**
   * Sets the link and moves the previous one to its history.
   * @param caller the caller's name, for the history
   * @returns null when the link does not meet `condition`; then nothing is changed
   * @throws CustomerErased
   */
  async put(
    customer: CustomerKey,
    billingCustomerId: string,
    caller: string,
    { ifMatch, ifNoneMatch }: LinkCondition,
  ): Promise<LinkChange | null> {
    return this.connection.run(async (redis) => {
      const more = [
        billingCustomerId,
        this.now(),
        caller,
        ifMatch,
        ifNoneMatch,
        ...this.marks.ofLink(billingCustomerId),
      ];
      const answer = readList(await redis.eval(PUT_LINK, ...this.keysOf(customer), ...more));
      const [outcome, pendingInvalidation = null, before = null, marks, ...fields] = answer;
      if (outcome === ERASED) throw new CustomerErased();
      if (outcome === 'refused') return null;
      const after = storedLink(customer, fields);
      return { outcome: readOutcome(outcome), pendingInvalidation, before, after, marks: marksIn(marks) };
    });
  }

  /**
   * Removes the link; its history stays. @throws CustomerErased
   * @returns null when the link does not meet `condition`; then nothing is changed
   */
  async delete(
    customer: CustomerKey,
    caller: string,
    { ifMatch, ifNoneMatch }: LinkCondition,
  ): Promise<LinkChange | null> {
    return this.connection.run(async (redis) => {
      const more = [this.now(), caller, ifMatch, ifNoneMatch, ...this.marks.ofLink(null)];
      const answer = readList(await redis.eval(DELETE_LINK, ...this.keysOf(customer), ...more));
      const [outcome, pendingInvalidation = null, before = null, marks] = answer;
      if (outcome === ERASED) throw new CustomerErased();
      if (outcome === 'refused') return null;
      return { outcome: readOutcome(outcome), pendingInvalidation, before, after: null, marks: marksIn(marks) };
    });
  }

  /** Notes that the cached profiles were invalidated for the change of this version. */
  async markInvalidated(customer: CustomerKey, version: string): Promise<void> {
    await this.connection.run((redis) => redis.eval(INVALIDATION_DONE, 1, linkKey(customer), version));
  }

  private keysOf(customer: CustomerKey): readonly [count: number, ...keys: string[]] {
    const keys = [linkKey(customer), marksKey(customer), ...this.tombstones.lastKeyOf(customer)];
    return [keys.length, ...keys];
  }

  private now(): string {
    return isoInstant(this.clock.now());
  }
}

function storedLink(customer: CustomerKey, fields: readonly (string | null)[]): StoredLink | null {
  const link = readLink(customer.customerId, fields);
  return link && { link, digest: digestOf(linkKey(customer), fields) };
}

/** @throws UnreadableLink when no script answers this word */
function readOutcome(word: string | null | undefined): LinkChange['outcome'] {
  const outcome = OUTCOMES.find((one) => one === word);
  if (!outcome) throw new UnreadableLink('the answer is no outcome');
  return outcome;
}

/** @throws UnreadableLink when the answer is no list */
function readList(answer: unknown): readonly (string | null)[] {
  if (!Array.isArray(answer)) throw new UnreadableLink('the answer is not a list');
  return answer as (string | null)[];
}

const LINK_KEY = /^customer-links:\{([^:{}]+):([^:{}]+)\}$/;

/** The customer whose link has this key; null: it is not a link's key. */
export function customerOfLink(key: string): CustomerKey | null {
  const [, organisation, customerId] = LINK_KEY.exec(key) ?? [];
  return organisation === undefined || customerId === undefined ? null : { organisation, customerId };
}

/** In the same slot as the customer's cached profile, and never touched by its invalidation. */
export function linkKey({ organisation, customerId }: CustomerKey): string {
  return `customer-links:{${organisation}:${customerId}}`;
}

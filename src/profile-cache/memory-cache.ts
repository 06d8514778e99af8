import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { type ProfileKey } from './cache-keys.ts';
import { type CachedCustomer } from './cached-customer.ts';
import { ownedText } from './owned-memory.ts';
import { SegmentedLru } from './segmented-lru.ts';
import { WideInvalidations } from './wide/wide-invalidations.ts';

/** This process's copy of a customer. */
export interface LocalCopy {
  readonly customer: CachedCustomer;
  /** Redis's generation when the copy was read or written; null: Redis did not answer. */
  readonly generation: string | null;
  /** Whether Redis has it, too, as far as this process knows. */
  readonly isShared: boolean;
}

/** A copy, and when it was made. It shares no memory with anything else. */
export interface HeldCopy extends LocalCopy {
  /** The approximate memory of its content. */
  readonly bytes: number;
  /** Epoch ms. */
  readonly keptAt: number;
  /** The same moment in monotonic milliseconds. */
  readonly keptAtMonotonic: number;
  /** Monotonic milliseconds until which reads use it without asking Redis. */
  readonly until: number;
  readonly epoch: number;
  /** The scope of the read that stored it. */
  readonly scope: string;
  /** The revision of the organisation's wide invalidations with which its parts were judged; -1: none yet. */
  readonly judgedAt: number;
}

const MAX_BYTES = 64 * 1024 * 1024;
/** The approximate memory of a copy without its content: its name, its place in the list, its times. */
const COPY_BYTES = 1200;
/** Some 100 bytes each, because a customer's id has 40 letters at most. */
const MAX_INVALIDATIONS = 10_000;

/**
 * The in-process copies of customers, bounded by bytes. With a Redis they are served for `CACHE_LOCAL_SECONDS`, and after
 * that only when Redis does not answer or has lost the customer.
 */
@Injectable()
export class MemoryCache {
  private readonly copies = new SegmentedLru<HeldCopy>(MAX_BYTES, ({ bytes }) => COPY_BYTES + bytes);
  /** The number of the last invalidation of each customer; the oldest are forgotten, and count for all customers. */
  private readonly invalidations = new LRUCache<string, number>({
    max: MAX_INVALIDATIONS,
    dispose: (number, _name, reason) => {
      if (reason === 'evict') this.forgottenUpTo = Math.max(this.forgottenUpTo, number);
    },
  });
  private forgottenUpTo = 0;
  private lastInvalidation = 0;
  private epoch = 0;
  private readonly lifetimeMs: number;
  /** False: this process always reads Redis. */
  readonly keepsCopies: boolean;

  constructor(
    { redis, cache }: Config,
    private readonly clock: Clock,
    private readonly wide: WideInvalidations,
  ) {
    this.lifetimeMs = redis === null ? Infinity : cache.localSeconds * 1000;
    this.keepsCopies = this.lifetimeMs > 0;
  }

  /** The approximate memory of all copies. */
  get bytes(): number {
    return this.copies.bytes;
  }

  /** The copy that may be served without asking Redis. That protects it: it outlives copies that are used once. */
  get(key: ProfileKey): LocalCopy | null {
    const copy = ofScope(key, this.judged(key, this.copies.use(nameOf(key))));
    return copy?.epoch === this.epoch && this.clock.monotonic() < copy.until ? copy : null;
  }

  /** The number of the customer's last invalidation; a copy made from an earlier read is not stored. */
  generation(customer: CustomerKey): number {
    return Math.max(this.invalidations.get(nameOf(customer)) ?? 0, this.forgottenUpTo);
  }

  /** Stores the copy unless the customer was invalidated since `generation` was read. */
  put(key: ProfileKey, { customer, generation: theirs, isShared }: LocalCopy, generation: number): void {
    if (!this.keepsCopies || this.generation(key) !== generation) return;
    const keptAtMonotonic = this.clock.monotonic();
    const times = { keptAt: this.clock.now(), keptAtMonotonic, until: keptAtMonotonic + this.lifetimeMs };
    const { epoch } = this;
    const scope = ownedText(key.scope);
    const copy = { ...customer.kept(), generation: theirs, isShared, ...times, epoch, scope, judgedAt: -1 };
    this.copies.set(nameOf(key), copy);
  }

  /** Drops the copy of a customer. Results of earlier reads are no longer stored. */
  invalidate(customer: CustomerKey): void {
    this.lastInvalidation += 1;
    this.invalidations.set(ownedText(nameOf(customer)), this.lastInvalidation);
    this.drop(customer);
  }

  /** Replaces the copy, if there is one. Results of earlier reads are no longer stored. */
  change(customer: CustomerKey, change: (customer: CachedCustomer) => CachedCustomer): void {
    const copy = this.judged(customer);
    this.invalidate(customer);
    if (copy) this.copies.set(nameOf(customer), { ...copy, ...change(copy.customer).kept(), judgedAt: -1 });
  }

  clear(): void {
    this.copies.clear();
  }

  /** Drops the copy of a customer. */
  drop(customer: CustomerKey): void {
    this.copies.delete(nameOf(customer));
  }

  /** The last copy in this process, however old; the caller checks whether it may still be used. A copy of another scope does not count. */
  peekExpired(key: ProfileKey): HeldCopy | null {
    return ofScope(key, this.judged(key));
  }

  /** Makes Redis confirm every copy before it is served again, because this process may have missed events. */
  requireRevalidation(): void {
    this.epoch += 1;
  }

  /** The copy, with its parts and responses judged by the wide invalidations that this process knows. */
  private judged(customer: CustomerKey, copy = this.copies.get(nameOf(customer))): HeldCopy | null {
    const numbers = this.wide.of(customer.organisation);
    if (!copy || copy.judgedAt === numbers.revision) return copy ?? null;
    const judged = copy.customer.judgedBy(this.wide.judgeOf(customer.organisation), (response) =>
      numbers.holds(response),
    );
    const held = { ...copy, customer: judged, judgedAt: numbers.revision };
    this.copies.set(nameOf(customer), held);
    return held;
  }
}

const nameOf = ({ organisation, customerId }: CustomerKey): string => `${organisation}:${customerId}`;

const ofScope = ({ scope }: ProfileKey, copy: HeldCopy | null): HeldCopy | null =>
  copy?.scope === scope ? copy : null;

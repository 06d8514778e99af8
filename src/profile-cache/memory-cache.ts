import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { type ProfileKey } from './cache-keys.ts';
import { type CachedCustomer } from './cached-customer.ts';
import { LastNumbers, nameOf } from './last-numbers.ts';
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

/** The last events that this process has heard of when it asks Redis. */
export interface Heard {
  readonly invalidation: number;
  readonly change: number;
  readonly epoch: number;
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

/**
 * The in-process copies of customers, bounded by bytes. With a Redis they are served for `CACHE_LOCAL_SECONDS`, and after
 * that only when Redis does not answer or has lost the customer.
 */
@Injectable()
export class MemoryCache {
  private readonly copies = new SegmentedLru<HeldCopy>(MAX_BYTES, ({ bytes }) => COPY_BYTES + bytes);
  private readonly invalidations = new LastNumbers();
  private readonly changes = new LastNumbers();
  private epoch = 0;
  private readonly lifetimeMs: number;
  /** False: this process always reads Redis. */
  readonly keepsCopies: boolean;

  constructor(
    { redis, cache }: Config,
    private readonly clock: Clock,
    private readonly wide: WideInvalidations,
    { registry }: Metrics,
  ) {
    this.lifetimeMs = redis === null ? Infinity : cache.localSeconds * 1000;
    this.keepsCopies = this.lifetimeMs > 0;
    const { copies } = this;
    new Gauge({
      name: 'profile_cache_local_bytes',
      help: 'Approximate memory of the copies of customers in this process.',
      registers: [registry],
      collect() {
        this.set(copies.bytes);
      },
    });
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

  /** What has been heard of by now; ask before you ask Redis. */
  heard(): Heard {
    return { invalidation: this.invalidations.last, change: this.changes.last, epoch: this.epoch };
  }

  isInvalidatedSince(customer: CustomerKey, { invalidation }: Heard): boolean {
    return this.invalidations.hasAfter(invalidation, customer);
  }

  /**
   * Stores the copy unless the customer was invalidated since. When it was changed since, or all copies are to be confirmed
   * since, Redis confirms the copy before it is served.
   * @param heard when Redis was asked for what the copy is made of
   */
  put(key: ProfileKey, { customer, generation, isShared }: LocalCopy, heard: Heard): void {
    if (!this.keepsCopies || this.isInvalidatedSince(key, heard)) return;
    const keptAtMonotonic = this.clock.monotonic();
    const until = this.changes.hasAfter(heard.change, key) ? -Infinity : keptAtMonotonic + this.lifetimeMs;
    const times = { keptAt: this.clock.now(), keptAtMonotonic, until };
    const { epoch } = heard;
    const scope = ownedText(key.scope);
    const copy = { ...customer.kept(), generation, isShared, ...times, epoch, scope, judgedAt: -1 };
    this.copies.set(nameOf(key), copy);
  }

  /** Drops the copy of a customer. Results of earlier reads are no longer stored. */
  invalidate(customer: CustomerKey): void {
    this.invalidations.add(customer);
    this.drop(customer);
  }

  /** Replaces the copy, if there is one. Results of earlier reads are no longer stored. */
  change(customer: CustomerKey, change: (customer: CachedCustomer) => CachedCustomer): void {
    const copy = this.judged(customer);
    this.invalidate(customer);
    if (copy) this.copies.set(nameOf(customer), { ...copy, ...change(copy.customer).kept(), judgedAt: -1 });
  }

  /** Call it when the feed has an event of the customer. Redis confirms the copy before it is served again, because it may be older. */
  confirmNext(customer: CustomerKey): void {
    this.changes.add(customer);
    const copy = this.copies.get(nameOf(customer));
    if (copy) this.copies.set(nameOf(customer), { ...copy, until: -Infinity });
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

const ofScope = ({ scope }: ProfileKey, copy: HeldCopy | null): HeldCopy | null =>
  copy?.scope === scope ? copy : null;

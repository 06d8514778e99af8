import { partOwner } from '../../config/source-names.ts';
import { type CachedResponse } from '../cached-response.ts';
import { linkOf, type Part } from '../part.ts';

/** The effect of an invalidation on a value: `refetch` removes it; `stale` keeps it in use until its refresh has succeeded. */
export const INVALIDATION_MODES = ['refetch', 'stale'] as const;
export type InvalidationMode = (typeof INVALIDATION_MODES)[number];

/** The subject of a wide invalidation: an organisation, one source, or the parts of one billing customer in any profile. */
export type WideSubject = 'organisation' | `source ${string}` | `billing ${string}`;

/** The name of a counter, and its number. */
export type WideEntry = readonly [name: string, number: number];

/** The name of a subject's counter. */
export const counterOf = (subject: WideSubject, mode: InvalidationMode): string => `${subject} ${mode}`;

/** The counter of the moment at which counting began. Parts from before it are not used, because counts may have been lost. */
export const BEGIN = 'begin';
/** The counter for every billing customer that is no longer counted one by one. */
const FLOOR = 'floor';
/** Billing customers of an organisation that are counted one by one; some 1.5 MB. */
export const MAX_BILLING_CUSTOMERS_COUNTED = 10_000;

/** The standing of a part after the invalidations so far. */
export type Standing = 'current' | 'due' | 'gone';

/**
 * The wide invalidations of one organisation, as far as this process knows them. Each has a number from one sequence; a
 * part carries the last number that was known at its call. So one comparison says whether it was invalidated since.
 */
export class WideNumbers {
  private readonly numbers = new Map<string, number>();
  private readonly billingNames = new Set<string>();
  private commonNumber = 0;
  private lastOfBilling = 0;
  private lastNumber = 0;
  private changes = 0;

  /** The last number in the sequence; 0: unknown. */
  get last(): number {
    return this.lastNumber;
  }

  /** A new number after every change. */
  get revision(): number {
    return this.changes;
  }

  get entries(): readonly WideEntry[] {
    return [...this.numbers];
  }

  /** Adds the entries of the sequence that follow the last one, without a gap. */
  add(entries: readonly WideEntry[]): void {
    for (const [name, number] of entries) this.note(name, number);
    this.lastNumber = Math.max(this.lastNumber, ...entries.map(([, number]) => number));
  }

  /** Notes one number; numbers before it may still be unknown. */
  note(name: string, number: number): void {
    if (number <= (this.numbers.get(name) ?? 0)) return;
    this.numbers.set(name, number);
    this.changes += 1;
    if (name === FLOOR) return;
    if (!name.startsWith('billing ')) this.commonNumber = Math.max(this.commonNumber, number);
    else {
      this.lastOfBilling = Math.max(this.lastOfBilling, number);
      this.billingNames.delete(name);
      this.billingNames.add(name);
      this.dropOldest();
    }
  }

  /**
   * The last number that concerns a response: of all sources and of its billing customer. When it changes, the response
   * must be checked again.
   */
  ofResponse(billingCustomerId: string | null): number {
    return billingCustomerId === null
      ? this.commonNumber
      : Math.max(this.commonNumber, ...INVALIDATION_MODES.map((mode) => this.ofBilling(billingCustomerId, mode)));
  }

  /** Whether no known invalidation has concerned a response since it was made. */
  holds({ billingCustomerId, wideNumber }: Pick<CachedResponse, 'billingCustomerId' | 'wideNumber'>): boolean {
    return this.lastNumber === 0 || wideNumber === this.ofResponse(billingCustomerId);
  }

  /** The last number that concerns a source, for all customers or for one billing customer. */
  ofSource(source: string, billingCustomerId: string | null = null): number {
    return Math.max(...INVALIDATION_MODES.map((mode) => this.latest(source, billingCustomerId, mode)));
  }

  /** The last number that may concern a source of a customer with an unknown billing customer. */
  ofAnyones(source: string): number {
    const ofAny = partOwner(source) === 'customer' ? 0 : this.lastOfBilling;
    return Math.max(this.ofSource(source), ofAny);
  }

  /** @param billingCustomerId the owner of the part; null: it has no such owner, or is the link itself */
  standingOf(source: string, billingCustomerId: string | null, part: Part): Standing {
    const [seen] = part.seen ?? [0];
    const named = source === 'billing' ? linkOf(part) : billingCustomerId;
    if (seen < this.latest(source, named, 'refetch')) return 'gone';
    if (this.lastNumber === 0) return 'current';
    // A number that this process does not know: other processes know more, or it was lost.
    return seen > this.lastNumber || seen < this.latest(source, named, 'stale') ? 'due' : 'current';
  }

  private latest(source: string, billingCustomerId: string | null, mode: InvalidationMode): number {
    return Math.max(
      this.numbers.get(counterOf('organisation', mode)) ?? 0,
      this.numbers.get(counterOf(`source ${source}`, mode)) ?? 0,
      billingCustomerId === null ? 0 : this.ofBilling(billingCustomerId, mode),
      mode === 'refetch' ? (this.numbers.get(BEGIN) ?? 0) : 0,
    );
  }

  private ofBilling(billingCustomerId: string, mode: InvalidationMode): number {
    const number = this.numbers.get(counterOf(`billing ${billingCustomerId}`, mode)) ?? 0;
    return mode === 'refetch' ? Math.max(number, this.numbers.get(FLOOR) ?? 0) : number;
  }

  private dropOldest(): void {
    if (this.billingNames.size <= MAX_BILLING_CUSTOMERS_COUNTED) return;
    const [oldest = ''] = this.billingNames;
    this.note(FLOOR, this.numbers.get(oldest) ?? 0);
    this.billingNames.delete(oldest);
    this.numbers.delete(oldest);
  }
}

import { Injectable } from '@nestjs/common';
import { type ListedLink } from '../customer-link.ts';
import { LinkIndex, type IndexEntry } from '../link-index.ts';
import { LinkStore } from '../link-store.ts';

/** `after` is the customer id from which the next page goes on; null: there is nothing more. */
export interface LinkPage {
  readonly links: readonly ListedLink[];
  readonly after: string | null;
}

/** So many entries are looked up at once: they share one connection, and each has REDIS_TIMEOUT_MS. */
const CONCURRENCY = 200;
/** A page that meets this many stale entries is answered short, so that one request's work is bounded. */
const MAX_STALE = 5000;

/** Lists links by what the index says and the links confirm. Stale entries are taken out as they are met. */
@Injectable()
export class LinkList {
  constructor(
    private readonly store: LinkStore,
    private readonly index: LinkIndex,
  ) {}

  /**
   * Links in the order of their customer ids, at most `limit`; fewer does not mean that there are no more.
   * @param billingCustomerId only those to this billing customer; null: all
   * @param after the customer id after which to begin; '' for the first page
   * @throws LinkStoreUnavailable
   */
  async page(organisation: string, billingCustomerId: string | null, after: string, limit: number): Promise<LinkPage> {
    const links: ListedLink[] = [];
    let last = after;
    for (let stale = 0; links.length < limit && stale < MAX_STALE;) {
      const wanted = Math.min(CONCURRENCY, limit - links.length);
      const entries = await this.index.entries(organisation, billingCustomerId, last, wanted);
      const confirmed = await Promise.all(entries.map((entry) => this.confirmed(organisation, entry)));
      links.push(...confirmed.filter((link) => link !== null));
      stale += confirmed.filter((link) => link === null).length;
      last = entries.at(-1)?.customerId ?? last;
      if (entries.length < wanted) return { links, after: null };
    }
    const more = await this.index.entries(organisation, billingCustomerId, last, 1);
    return { links, after: more.length === 0 ? null : last };
  }

  /** Resolves when Redis answers for the organisation. @throws LinkStoreUnavailable */
  async ping(organisation: string): Promise<void> {
    await this.index.entries(organisation, null, '', 1);
  }

  /** What the link itself says; null when it does not confirm the entry. */
  private async confirmed(organisation: string, entry: IndexEntry): Promise<ListedLink | null> {
    const link = await this.store.getSummary({ organisation, customerId: entry.customerId });
    const isConfirmed = link !== null && (entry.billingCustomerId ?? link.billingCustomerId) === link.billingCustomerId;
    if (isConfirmed) return link;
    await this.index.drop(organisation, entry);
    return null;
  }
}

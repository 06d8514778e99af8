import { Injectable } from '@nestjs/common';
import { type ListedLink, type UnreadableEntry } from '../customer-link.schema.ts';
import { type IndexEntry, LinkIndex } from '../link-index.ts';
import { LinkStore } from '../link-store.ts';
import { UnreadableLinks } from './unreadable-links.ts';

/** A link, or its place when it cannot be read. */
type LinkPageEntry = ListedLink | UnreadableEntry;

/** `after` is the customer id after which the next page begins; null: there is none. */
export interface LinkPage {
  readonly entries: readonly LinkPageEntry[];
  readonly after: string | null;
}

/** Entries that are read concurrently. They share one connection, and each has REDIS_TIMEOUT_MS. */
const CONCURRENCY = 200;
/** A page that meets this many stale entries is answered short, so that one request's work is bounded. */
const MAX_STALE = 5000;

/** Lists the links that the index names and the links themselves confirm. Removes stale entries on the way. */
@Injectable()
export class LinkList {
  constructor(
    private readonly store: LinkStore,
    private readonly index: LinkIndex,
    private readonly unreadable: UnreadableLinks,
  ) {}

  /**
   * At most `limit` links in the order of their customer ids, including unreadable ones. A shorter page need not be the
   * last one.
   * @param billingCustomerId only those to this billing customer; null: all
   * @param after the customer id after which to begin; '' for the first page
   * @throws RedisUnavailable
   */
  async page(organisation: string, billingCustomerId: string | null, after: string, limit: number): Promise<LinkPage> {
    const listed: LinkPageEntry[] = [];
    let last = after;
    for (let stale = 0; listed.length < limit && stale < MAX_STALE;) {
      const wanted = Math.min(CONCURRENCY, limit - listed.length);
      const entries = await this.index.entries(organisation, billingCustomerId, last, wanted);
      const confirmed = await Promise.all(entries.map((entry) => this.confirmed(organisation, entry)));
      listed.push(...confirmed.filter((link) => link !== null));
      stale += confirmed.filter((link) => link === null).length;
      last = entries.at(-1)?.customerId ?? last;
      if (entries.length < wanted) return { entries: listed, after: null };
    }
    const more = await this.index.entries(organisation, billingCustomerId, last, 1);
    return { entries: listed, after: more.length === 0 ? null : last };
  }

  /** Resolves when Redis answers for the organisation. @throws RedisUnavailable */
  async ping(organisation: string): Promise<void> {
    await this.index.entries(organisation, null, '', 1);
  }

  /** @returns the link, or its place when it cannot be read; null when it does not confirm the entry, which is then removed */
  private async confirmed(organisation: string, entry: IndexEntry): Promise<LinkPageEntry | null> {
    const { customerId, billingCustomerId } = entry;
    try {
      const link = await this.store.getSummary({ organisation, customerId });
      if (link !== null && (billingCustomerId ?? link.billingCustomerId) === link.billingCustomerId) return link;
      await this.index.drop(organisation, entry);
      return null;
    } catch (error) {
      this.unreadable.count(error);
      return { customerId, code: 'link_unreadable' };
    }
  }
}

/** The links of a page, and the customers whose links cannot be read. */
export function byReadability({ entries }: LinkPage): { links: readonly ListedLink[]; unreadable: readonly string[] } {
  return {
    links: entries.filter((entry): entry is ListedLink => !isUnreadable(entry)),
    unreadable: entries.filter(isUnreadable).map(({ customerId }) => customerId),
  };
}

const isUnreadable = (entry: LinkPageEntry): entry is UnreadableEntry => 'code' in entry;

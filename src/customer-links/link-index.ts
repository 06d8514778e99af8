import { Inject, Injectable } from '@nestjs/common';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { type RedisCommands, RedisConnection } from '../redis/redis-connection.ts';
import { isOtherType } from '../redis/redis-errors.ts';
import { UnreadableLink } from './customer-link.ts';
import { LinkStore } from './link-store.ts';

/** A link in the index: a hint that only the link itself can confirm. */
export interface IndexEntry {
  readonly customerId: string;
  /** null in the index of all links. */
  readonly billingCustomerId: string | null;
}

/** Entries that one command reads. */
const PAGE = 1000;

/**
 * The linked customers of an organisation in the order of their ids (as bytes): all of them, by billing customer, and again
 * with the customer first, so that an erasure finds the entries when Redis has lost the link. In a cluster the index is in
 * another slot than the links, so it may hold too much for a moment: readers confirm every entry by its link. Writers add a
 * link to the index before and after they write it, and read it again after they have removed an entry, so that no
 * interleaving leaves a link without its entry. Every method throws RedisUnavailable, or Redis's own error reply, when
 * Redis fails.
 */
@Injectable()
export class LinkIndex {
  constructor(
    @Inject(RedisConnection) private readonly connection: RedisCommands,
    private readonly store: LinkStore,
  ) {}

  async add(organisation: string, links: readonly IndexedLink[]): Promise<void> {
    if (links.length === 0) return;
    const all = links.flatMap(({ customerId }) => [0, customerId]);
    const byBilling = links.flatMap((link) => [0, byBillingMember(link)]);
    const byCustomer = links.flatMap((link) => [0, byCustomerMember(link)]);
    await this.connection.run((redis) =>
      Promise.all([
        // First, so that no entry by billing customer lacks it.
        redis.zadd(byCustomerKey(organisation), ...byCustomer),
        redis.zadd(allKey(organisation), ...all),
        redis.zadd(byBillingKey(organisation), ...byBilling),
      ]),
    );
  }

  /** Removes an entry that its link no longer confirms. */
  async drop(organisation: string, { customerId, billingCustomerId }: IndexEntry): Promise<void> {
    const customer = { organisation, customerId };
    if (billingCustomerId === null) await this.connection.run((redis) => redis.zrem(allKey(organisation), customerId));
    else await this.dropByBilling(organisation, { customerId, billingCustomerId });
    const link = await this.linkOf(customer);
    if (link !== null && (billingCustomerId ?? link) === link)
      await this.add(organisation, [{ customerId, billingCustomerId: link }]);
  }

  /**
   * Removes a customer's entries, whether or not its link confirms them. A key of another type has none.
   * @param billingCustomerIds the billing customers that its link and its history name
   * @returns how many there were
   */
  async remove(customer: CustomerKey, billingCustomerIds: readonly string[]): Promise<number> {
    const { organisation, customerId } = customer;
    const ids = new Set([...billingCustomerIds, ...(await this.billingCustomersOf(customer))]);
    const entries = [...ids].map((billingCustomerId) => ({ customerId, billingCustomerId }));
    const named = await this.removeMembers(organisation, entries.map(byBillingMember));
    if (entries.length > 0)
      await this.connection.run((redis) =>
        unlessOtherType(0, redis.zrem(byCustomerKey(organisation), ...entries.map(byCustomerMember))),
      );
    const score = await this.connection.run((redis) =>
      unlessOtherType(null, redis.zscore(allKey(organisation), customerId)),
    );
    if (score === null) return named;
    // Redis has lost which billing customers the customer had, so it looks through all entries.
    const lost = named > 0 ? 0 : await this.removeMembers(organisation, await this.membersOf(organisation, customerId));
    return named + lost + (await this.connection.run((redis) => redis.zrem(allKey(organisation), customerId)));
  }

  /**
   * The next entries after a customer id, at most `count`.
   * @param billingCustomerId null: of all links
   */
  async entries(
    organisation: string,
    billingCustomerId: string | null,
    after: string,
    count: number,
  ): Promise<readonly IndexEntry[]> {
    const prefix = billingCustomerId === null ? '' : `${billingCustomerId}:`;
    const from = after === '' && prefix === '' ? '-' : `(${prefix}${after}`;
    const to = billingCustomerId === null ? '+' : `(${billingCustomerId};`;
    const key = billingCustomerId === null ? allKey(organisation) : byBillingKey(organisation);
    const members = await this.connection.run((redis) => redis.zrangebylex(key, from, to, 'LIMIT', 0, count));
    if (!Array.isArray(members)) throw new UnreadableLink('the answer is not an index');
    return members.map((member) => ({ customerId: member.slice(prefix.length), billingCustomerId }));
  }

  private async dropByBilling(organisation: string, link: IndexedLink): Promise<void> {
    await this.connection.run((redis) =>
      Promise.all([
        redis.zrem(byBillingKey(organisation), byBillingMember(link)),
        redis.zrem(byCustomerKey(organisation), byCustomerMember(link)),
      ]),
    );
  }

  private async removeMembers(organisation: string, members: readonly string[]): Promise<number> {
    if (members.length === 0) return 0;
    return this.connection.run((redis) => unlessOtherType(0, redis.zrem(byBillingKey(organisation), ...members)));
  }

  /** The billing customers under which the customer is listed. */
  private async billingCustomersOf({ organisation, customerId }: CustomerKey): Promise<readonly string[]> {
    const [from, to] = [`[${customerId}:`, `(${customerId};`];
    const members = await this.connection.run((redis) =>
      unlessOtherType([], redis.zrangebylex(byCustomerKey(organisation), from, to)),
    );
    return members.map((member) => member.slice(customerId.length + 1));
  }

  /** The customer's entries by billing customer; it looks through the entries of all customers. */
  private async membersOf(organisation: string, customerId: string): Promise<readonly string[]> {
    const found: string[] = [];
    for (let from = '-'; ;) {
      const page = await this.connection.run((redis) =>
        unlessOtherType([], redis.zrangebylex(byBillingKey(organisation), from, '+', 'LIMIT', 0, PAGE)),
      );
      found.push(...page.filter((member) => member.endsWith(`:${customerId}`)));
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return found;
      from = `(${last}`;
    }
  }

  private async linkOf(customer: CustomerKey): Promise<string | null> {
    return (await this.store.getSummary(customer))?.billingCustomerId ?? null;
  }
}

/** The answer about a sorted set; `otherwise` when the key holds something else. */
async function unlessOtherType<T>(otherwise: T, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (isOtherType(error)) return otherwise;
    throw error;
  }
}

/** A link as its entries store it. */
interface IndexedLink {
  readonly customerId: string;
  readonly billingCustomerId: string;
}

const byBillingMember = ({ customerId, billingCustomerId }: IndexedLink): string =>
  `${billingCustomerId}:${customerId}`;
const byCustomerMember = ({ customerId, billingCustomerId }: IndexedLink): string =>
  `${customerId}:${billingCustomerId}`;

const allKey = (organisation: string): string => `customer-links:index:{${organisation}}:all`;
/** `;` follows `:`, so that one billing customer's entries lie between the two. */
const byBillingKey = (organisation: string): string => `customer-links:index:{${organisation}}:by-billing-customer`;
const byCustomerKey = (organisation: string): string => `customer-links:index:{${organisation}}:by-customer`;

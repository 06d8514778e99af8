import { Injectable } from '@nestjs/common';
import { Cluster, type Redis } from 'ioredis';
import { Config } from '../config/config.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { customerOfLink } from '../customer-links/link-store.ts';
import { customerOfHash } from '../profile-cache/cache-keys.ts';
import { addressOf, primariesOf, runIdIn } from '../redis/link/redis-topology.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { unlessRefused } from '../redis/redis-errors.ts';

export interface FoundCustomer extends CustomerKey {
  /** Whether there is a stored link. Otherwise the customer is cached. */
  readonly isLinked: boolean;
}

export interface ScannedPage {
  readonly customers: readonly FoundCustomer[];
  /** '0': this was the last page. */
  readonly next: string;
}

/** Keys that one command looks at. */
const COUNT = 100;

/** Finds the customers that are linked or cached, page by page, on every primary. */
@Injectable()
export class CustomerScan {
  private readonly keyPrefix: string;
  private readonly pattern: string;

  constructor(
    { redis }: Config,
    private readonly connection: RedisConnection,
  ) {
    this.keyPrefix = redis?.keyPrefix ?? '';
    this.pattern = `${this.keyPrefix.replace(/[\\*?[\]]/g, '\\$&')}customer-*{*}`;
  }

  /** The one server, or the primaries of a cluster that the client knows now; null: a primary that is down. */
  servers(): readonly (Redis | null)[] {
    const { client } = this.connection;
    if (!(client instanceof Cluster)) return [client];
    const nodes = client.nodes('master');
    return [...primariesOf(client)].map((address) => nodes.find((node) => addressOf(node) === address) ?? null);
  }

  /** The id of this run of the server, or its address when this user may not ask for it. @throws RedisUnavailable */
  async runOf(server: Redis): Promise<string> {
    const info = await unlessRefused(
      this.connection.run(() => server.info('server')),
      '',
    );
    return runIdIn(info) ?? addressOf(server);
  }

  /**
   * The customers of one page. A whole scan finds every customer that exists throughout, perhaps several times.
   * @throws RedisUnavailable
   */
  async page(server: Redis, cursor: string): Promise<ScannedPage> {
    const [next, keys] = await this.connection.run(() => server.scan(cursor, 'MATCH', this.pattern, 'COUNT', COUNT));
    const found = new Map<string, FoundCustomer>();
    for (const key of keys) {
      const name = key.slice(this.keyPrefix.length);
      const linked = customerOfLink(name);
      const customer = linked ?? customerOfHash(name);
      if (!customer) continue;
      const id = `${customer.organisation}:${customer.customerId}`;
      found.set(id, { ...customer, isLinked: linked !== null || found.get(id)?.isLinked === true });
    }
    return { customers: [...found.values()], next };
  }
}

import { type Cluster, type Redis } from 'ioredis';
import { unlessRefused } from '../redis-errors.ts';

/**
 * Whether the server reports that it is a node of a cluster. A user who may send neither INFO nor CLUSTER INFO learns it
 * from the first MOVED.
 * @throws an error of the client when the connection is lost
 */
export async function isClusterNode(redis: Redis): Promise<boolean> {
  const said = /^cluster_enabled:([01])/m.exec(await unlessRefused(redis.info('cluster'), ''))?.[1];
  return said === undefined ? /^cluster_state:/m.test(await unlessRefused(redis.cluster('INFO'), '')) : said === '1';
}

/**
 * Whether the server reports that it is a replica; also false when this user may send neither ROLE nor INFO.
 * @throws an error of the client when the connection is lost
 */
export async function isReplica(redis: Redis): Promise<boolean> {
  const [role] = await unlessRefused<readonly unknown[]>(redis.role(), []);
  return role === undefined
    ? /^role:slave/m.test(await unlessRefused(redis.info('replication'), ''))
    : role === 'slave';
}

/** The id of this run of a server, in its answer to INFO; undefined: it does not say. */
export const runIdIn = (info: string): string | undefined => /^run_id:(\w+)/m.exec(info)?.[1];

/** `host:port` of a server. */
export const addressOf = ({ options: { host = '', port = 0 } }: Redis): string => `${host}:${port}`;

/** The addresses of the nodes of each slot, as far as the client knows, the primary first. */
const nodesBySlot = ({ slots }: Cluster): readonly (readonly string[] | undefined)[] => slots;

/** The address of a slot's primary; undefined: the client knows none. */
export const primaryOf = (cluster: Cluster, slot: number): string | undefined => nodesBySlot(cluster)[slot]?.[0];

/** The addresses of the primaries with slots; undefined stands for slots whose primary the client does not know. */
export const primariesOf = (cluster: Cluster): ReadonlySet<string | undefined> =>
  new Set(nodesBySlot(cluster).map((nodes) => nodes?.[0]));

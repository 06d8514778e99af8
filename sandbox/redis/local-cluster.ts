import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalRedis, startRedis, startTogether } from './local-redis.ts';

/** A Redis Cluster of one's own: three primaries with a replica each, on free ports of this machine. */
export interface LocalCluster {
  /** The addresses of all nodes, comma-separated. */
  readonly url: string;
  /** The first three were made primaries. */
  readonly nodes: readonly LocalRedis[];
  /** The node that holds the key now. */
  primaryOf(key: string): Promise<LocalRedis>;
  kill(): Promise<void>;
}

const PRIMARIES = 3;
const SLOTS = 16_384;
const READY_WITHIN_MS = 30_000;
/** A dead primary is replaced after about a second; a replica must not wait before its first synchronisation. */
const SETTINGS = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000', '--repl-diskless-sync-delay', '0'];

/** Starts the cluster; it needs `redis-server`. Resolves when every replica holds what its primary does. */
export async function startRedisCluster(args: readonly string[] = []): Promise<LocalCluster> {
  const start = (): Promise<LocalRedis> => startRedis({ args: [...SETTINGS, ...args] });
  const nodes = await startTogether(Array.from({ length: 2 * PRIMARIES }, () => start));
  const connections = nodes.map(({ port }) => connectTo(port));
  try {
    await form(nodes, connections);
  } catch (error) {
    await Promise.all(nodes.map((node) => node.kill()));
    throw error;
  } finally {
    for (const connection of connections) connection.disconnect();
  }
  return {
    url: `redis://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    nodes,
    primaryOf: async (key) => {
      const port = await portOfPrimary(nodes, key);
      const node = nodes.find((one) => one.port === port);
      if (!node) throw new Error('no node of the cluster holds the key');
      return node;
    },
    kill: async () => {
      await Promise.all(nodes.map((node) => node.kill()));
    },
  };
}

function connectTo(port: number): Redis {
  const connection = new Redis({ port, host: '127.0.0.1', retryStrategy: null });
  connection.on('error', () => undefined); // A command fails with it.
  return connection;
}

async function form(nodes: readonly LocalRedis[], connections: readonly Redis[]): Promise<void> {
  const [first] = connections;
  if (!first) return;
  await Promise.all(
    connections.map(async (connection, index) => {
      await connection.cluster('SET-CONFIG-EPOCH', index + 1);
      if (index >= PRIMARIES) return;
      const from = Math.floor((SLOTS * index) / PRIMARIES);
      const to = Math.floor((SLOTS * (index + 1)) / PRIMARIES) - 1;
      await connection.cluster('ADDSLOTSRANGE', from, to);
    }),
  );
  for (const { port } of nodes) await first.call('CLUSTER', 'MEET', '127.0.0.1', String(port));
  await until(connections, async (connection) => (await connection.cluster('INFO')).includes('cluster_known_nodes:6'));
  const primaryIds = await Promise.all(connections.slice(0, PRIMARIES).map((connection) => connection.cluster('MYID')));
  await Promise.all(
    connections.slice(PRIMARIES).map((connection, index) => connection.cluster('REPLICATE', String(primaryIds[index]))),
  );
  await until(connections, async (connection) => (await connection.cluster('INFO')).includes('cluster_state:ok'));
  await until(connections.slice(PRIMARIES), async (connection) =>
    (await connection.info('replication')).includes('master_link_status:up'),
  );
}

async function until(connections: readonly Redis[], holds: (connection: Redis) => Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + READY_WITHIN_MS;
  for (const connection of connections) {
    while (!(await holds(connection))) {
      if (performance.now() > endsAt) throw new Error('the Redis Cluster does not come up');
      await sleep(20);
    }
  }
}

/** Asks any node that still answers. */
async function portOfPrimary(nodes: readonly LocalRedis[], key: string): Promise<number> {
  for (const { port } of nodes) {
    const connection = connectTo(port);
    try {
      const slot = await connection.cluster('KEYSLOT', key);
      const ranges = await connection.cluster('SLOTS');
      const [, , primary] = ranges.find(([from, to]) => from <= slot && slot <= to) ?? [];
      if (primary) return primary[1];
    } catch {
      // This one is dead.
    } finally {
      connection.disconnect();
    }
  }
  throw new Error('no node of the cluster answers');
}

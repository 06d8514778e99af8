import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalCluster, startRedisCluster } from '../../sandbox/redis/local-cluster.ts';
import { type LocalRedis } from '../../sandbox/redis/local-redis.ts';
import { eventually } from '../support/eventually.ts';
import { rawRedis } from '../support/raw-redis.ts';
import { type RedisParts, redisParts, withoutBinary } from './parts.ts';

const TIMEOUT_MS = 10_000;
/** A breaker probes after this time at the latest. */
const MAX_OPEN_MS = 1200;
/** No replica takes over by itself, and the other primaries go on. */
const SETTINGS = ['--cluster-node-timeout', '60000', '--cluster-require-full-coverage', 'no'];
const SHARDS = [0, 1, 2] as const;

(withoutBinary === null ? describe : describe.skip)(`a primary of a cluster${withoutBinary ?? ''}`, () => {
  let cluster: LocalCluster;
  let parts: RedisParts;
  let keys: readonly string[];

  beforeAll(async () => {
    cluster = await startRedisCluster(SETTINGS);
    keys = await Promise.all(SHARDS.map(keyOn));
  });

  beforeEach(async () => {
    parts = await redisParts({ REDIS_URL: cluster.url, REDIS_TIMEOUT_MS: String(TIMEOUT_MS) });
    for (const shard of SHARDS)
      await eventually('each primary is connected', async () => (await get(shard)) === 'answered');
  });

  afterEach(() => {
    for (const node of cluster.nodes) node.thaw();
    parts.close();
  });

  afterAll(() => cluster.kill());

  function node(shard: number): LocalRedis {
    const found = cluster.nodes[shard];
    if (!found) throw new Error('there is no such shard');
    return found;
  }
  const nameOf = (shard: number): string => `127.0.0.1:${node(shard).port}`;
  const othersThan = (shard: number): readonly number[] => SHARDS.filter((one) => one !== shard);

  async function keyOn(shard: number): Promise<string> {
    for (let tried = 0; ; tried += 1)
      if ((await cluster.primaryOf(`key-${tried}`)).port === node(shard).port) return `key-${tried}`;
  }

  const get = (shard: number): Promise<string> =>
    parts.connection
      .run((redis) => redis.get(keys[shard] ?? ''))
      .then(
        () => 'answered',
        () => 'unavailable',
      );

  async function timeOut(shard: number): Promise<void> {
    const asked = [get(shard), get(shard)];
    parts.clock.advance(TIMEOUT_MS);
    expect(await Promise.all(asked)).toEqual(['unavailable', 'unavailable']);
  }

  const closedAgain = async (): Promise<void> => {
    parts.clock.advance(MAX_OPEN_MS);
    await eventually('its breaker is closed', () => parts.connection.nodesAway.length === 0);
  };

  const away = async (): Promise<number> => {
    const text = await parts.metrics.registry.getSingleMetricAsString('redis_nodes_away');
    return Number(text.split(' ').at(-1));
  };

  it.each(SHARDS)(
    'that is frozen costs its own keys alone, and heals by itself: the one of shard %i (E15)',
    async (shard) => {
      node(shard).freeze();
      await timeOut(shard);
      expect(parts.connection.breakerState).toBe('open');
      expect(parts.connection.nodesAway).toEqual([nameOf(shard)]);
      expect(await away()).toBe(1);
      // No time passes, so a command that waited would never end.
      for (let times = 0; times < 20; times += 1) {
        expect(await get(shard)).toBe('unavailable');
        for (const other of othersThan(shard)) expect(await get(other)).toBe('answered');
      }
      node(shard).thaw();
      await closedAgain();
      expect(parts.connection.breakerState).toBe('closed');
      expect(await get(shard)).toBe('answered');
    },
  );

  it('is judged by its own commands, even if one batch also asks others (E15)', async () => {
    node(0).freeze();
    const ask = (): Promise<unknown> =>
      parts.connection.run((redis) => Promise.all(keys.map((key) => redis.get(key)))).catch(() => null);
    const asked = [ask(), ask(), ask()];
    for (const other of othersThan(0)) expect(await get(other)).toBe('answered');
    parts.clock.advance(TIMEOUT_MS);
    await Promise.all(asked);
    expect(parts.connection.nodesAway).toEqual([nameOf(0)]);
    for (const other of othersThan(0)) expect(await get(other)).toBe('answered');
  });

  it('refuses a transaction as it does a command (E15)', async () => {
    node(0).freeze();
    await timeOut(0);
    const change = (shard: number): Promise<unknown> =>
      parts.connection.run((redis) =>
        redis
          .multi()
          .get(keys[shard] ?? '')
          .exec(),
      );
    await expect(change(0)).rejects.toThrow();
    await expect(change(1)).resolves.toEqual([[null, null]]);
  });

  it('that stays away is probed for as long, and no caller waits for it (E15)', async () => {
    node(1).freeze();
    await timeOut(1);
    for (let probes = 0; probes < 3; probes += 1) {
      parts.clock.advance(MAX_OPEN_MS);
      expect(await get(1)).toBe('unavailable');
      expect(await get(2)).toBe('answered');
      parts.clock.advance(TIMEOUT_MS);
      await eventually('the probe failed', () => parts.connection.breakerState === 'open');
    }
  });

  it('that is killed costs its own keys alone, until its replica takes over (E15)', async () => {
    const replica = await replicaOf(2);
    await node(2).kill();
    for (let times = 0; times < 10; times += 1) {
      expect(await get(2)).toBe('unavailable');
      for (const other of othersThan(2)) expect(await get(other)).toBe('answered');
    }
    expect(parts.connection.nodesAway).toEqual([nameOf(2)]);
    const raw = rawRedis(replica.url);
    await raw.call('CLUSTER', 'FAILOVER', 'TAKEOVER');
    raw.disconnect();
    await eventually('its replica is asked', async () => {
      parts.clock.advance(MAX_OPEN_MS);
      return (await get(2)) === 'answered';
    });
    await closedAgain();
  });

  async function replicaOf(shard: number): Promise<LocalRedis> {
    for (const candidate of cluster.nodes) {
      const raw = rawRedis(candidate.url);
      const [role, , port] = await raw.role();
      raw.disconnect();
      if (role === 'slave' && Number(port) === node(shard).port) return candidate;
    }
    throw new Error('it has no replica');
  }
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalCluster, startRedisCluster } from '../../../sandbox/redis/local-cluster.ts';
import { freePort, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { openStage, type Stage } from '../../profile-cache/stage.ts';
import { eventually } from '../../support/eventually.ts';
import { rawRedis } from '../../support/raw-redis.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { type Service } from '../../support/service.ts';
import { NO_COPIES, usesRedis } from '../load.ts';
import { openParts, type RedisParts, redisParts, withoutBinary } from '../parts.ts';

const KEYS = Array.from({ length: 12 }, (_, number) => `key-${number}`);
const NODES = [0, 1, 2, 3, 4, 5] as const;

(withoutBinary === null ? describe : describe.skip)(`one address of a Redis Cluster${withoutBinary ?? ''}`, () => {
  let cluster: LocalCluster;
  let stage: Stage;
  let parts: RedisParts | undefined;

  beforeAll(async () => {
    [cluster, stage] = await Promise.all([startRedisCluster(), openStage()]);
  });

  afterEach(() => {
    parts?.close();
    parts = undefined;
  });

  afterAll(async () => {
    await stage.close();
    await cluster.kill();
  });

  const urlOf = (index: number, login = ''): string => `redis://${login}127.0.0.1:${cluster.nodes[index]?.port ?? 0}`;
  const onEachNode = async (...command: readonly [string, ...string[]]): Promise<void> => {
    const [name, ...args] = command;
    for (const { url } of cluster.nodes) {
      const raw = rawRedis(url);
      await raw.call(name, ...args);
      raw.disconnect();
    }
  };
  const writeAndRead = ({ connection }: RedisParts): Promise<readonly (string | null)[]> =>
    Promise.all(
      KEYS.map((key) =>
        connection.run(async (redis) => {
          await redis.set(key, key);
          return redis.get(key);
        }),
      ),
    );

  it.each(NODES)('is enough, whichever it is: all keys are written and read through node %i (C1)', async (index) => {
    parts = await redisParts({ REDIS_URL: urlOf(index) });
    expect(parts.connection.mode).toBe('cluster');
    expect(await writeAndRead(parts)).toEqual(KEYS);
    expect(parts.events).toContain('redis_mode_found');
    expect(parts.events).not.toContain('redis_refuses');
  });

  it.each([
    ['INFO', '-info'],
    ['INFO and CLUSTER INFO', '-info', '-cluster|info'],
  ])('is enough for a user who may not ask %s (C1)', async (_title, ...rules) => {
    await onEachNode('ACL', 'SETUSER', 'few', 'reset', 'on', '>pw', '~*', '&*', '+@all', ...rules);
    parts = await redisParts({ REDIS_URL: urlOf(0, 'few:pw@') });
    const { connection } = parts;
    const ask = (key: string): Promise<unknown> => connection.tryRun((redis) => redis.get(key));
    await eventually('it is found out', async () => {
      await Promise.all(KEYS.map(ask));
      return connection.mode === 'cluster' && connection.isReady;
    });
    expect(await writeAndRead(parts)).toEqual(KEYS);
  });

  it('is reported as refused for a user without CLUSTER SLOTS (C1)', async () => {
    await onEachNode('ACL', 'SETUSER', 'few', 'reset', 'on', '>pw', '~*', '&*', '+@all', '-cluster|slots');
    parts = openParts({ REDIS_URL: urlOf(0, 'few:pw@') });
    const { connection, events } = parts;
    await eventually('it is told', () => connection.refused.length > 0);
    expect(connection.refused).toMatchObject([{ reply: 'NOPERM', operations: ['cluster'] }]);
    expect(events).toContain('redis_refused');
  });

  it('serves profiles, links and invalidations as several addresses do (C1)', async () => {
    const service = await stage.service({ ...NO_COPIES, REDIS_URL: urlOf(1) });
    for (let times = 0; times < 6; times += 1) {
      expect(await usesRedis(stage, service)).toBe(true);
      expect(await linkAndForget(service)).toEqual({ link: 201, forget: 204 });
    }
    const { body } = await service.http.get('/health/dependencies').expect(200);
    expect(body.redis).toMatchObject({ state: 'ready', mode: 'cluster', refusals: [] });
  });

  async function linkAndForget({ http }: Service): Promise<{ link: number; forget: number }> {
    const { customerId, billingCustomerId } = stage.customer();
    const link = await http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId });
    const forget = await http.delete(`/v1/customer-profiles/${customerId}/cache`);
    return { link: link.status, forget: forget.status };
  }
});

(withoutBinary === null ? describe : describe.skip)(`one address of a cluster with TLS${withoutBinary ?? ''}`, () => {
  it('is enough: the nodes are known by the name that their certificate is for (C1)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'redis-tls-cluster-'));
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const { cert, key } = selfSigned();
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
    const port = await freePort();
    const tls = ['--tls-port', String(port), '--tls-cert-file', certFile, '--tls-key-file', keyFile];
    const trust = ['--tls-ca-cert-file', certFile, '--tls-auth-clients', 'no'];
    const name = ['--cluster-announce-hostname', 'localhost', '--cluster-preferred-endpoint-type', 'hostname'];
    const redis = await startRedis({
      args: ['--cluster-enabled', 'yes', '--tls-cluster', 'yes', ...name, ...tls, ...trust],
    });
    const raw = rawRedis(redis.url);
    await raw.cluster('ADDSLOTSRANGE', 0, 16_383);
    await eventually('the cluster is formed', async () => (await raw.cluster('INFO')).includes('cluster_state:ok'));
    raw.disconnect();
    const parts = await redisParts({ REDIS_URL: `rediss://localhost:${port}`, REDIS_CA_FILE: certFile });
    expect(parts.connection.mode).toBe('cluster');
    expect(await parts.connection.run((client) => client.set('key', 'value'))).toBe('OK');
    parts.close();
    await redis.kill();
    rmSync(folder, { recursive: true });
  });
});

(withoutBinary === null ? describe : describe.skip)(`a cluster without slots${withoutBinary ?? ''}`, () => {
  it('is reported as down, in the log once, and is used when it has them (E12)', async () => {
    const redis = await startRedis({ args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'] });
    const parts = openParts({ REDIS_URL: redis.url });
    await eventually('it is reported', () => parts.connection.trouble?.errorCode === 'CLUSTERDOWN');
    const raw = rawRedis(redis.url);
    await raw.cluster('ADDSLOTSRANGE', 0, 16_383);
    await eventually('the cluster is used', () => parts.connection.isReady);
    expect(parts.connection.trouble).toBeNull();
    expect(parts.events.filter((event) => /^redis_(un)?reachable$/.test(event))).toStrictEqual([
      'redis_unreachable',
      'redis_reachable',
    ]);
    raw.disconnect();
    parts.close();
    await redis.kill();
  });

  it('is reported as down also when its node does not know its own address (E12)', async () => {
    const redis = await startRedis({ args: ['--cluster-enabled', 'yes'] });
    const raw = rawRedis(redis.url);
    await raw.cluster('ADDSLOTSRANGE', 0, 16_383);
    const parts = openParts({ REDIS_URL: redis.url });
    await eventually('it is reported', () => parts.connection.trouble?.errorCode === 'CLUSTERDOWN');
    raw.disconnect();
    parts.close();
    await redis.kill();
  });
});

describe('one address of a server that is no cluster', () => {
  it('is that of one server (C1)', async () => {
    const stage = await openStage();
    const parts = await redisParts({ REDIS_URL: stage.redis.url });
    expect(parts.connection.mode).toBe('standalone');
    expect(parts.events).not.toContain('redis_mode_found');
    parts.close();
    await stage.close();
  });

  it('is reported to be no cluster when it is given twice (C1)', async () => {
    const stage = await openStage();
    const parts = openParts({ REDIS_URL: `${stage.redis.url},${stage.redis.url}` });
    await eventually('it is told', () => parts.connection.refused.length > 0);
    expect(parts.connection.refused).toMatchObject([{ reply: 'ERR', operations: ['cluster'] }]);
    expect(parts.events).toContain('redis_refused');
    parts.close();
    await stage.close();
  });
});

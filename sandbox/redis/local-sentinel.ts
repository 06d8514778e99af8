import { Redis } from 'ioredis';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  findRedisServer,
  type LocalRedis,
  onFreePort,
  startProcess,
  startRedis,
  startTogether,
} from './local-redis.ts';
import { startServer } from './starter.ts';

/** A primary with a replica, watched over by three sentinels, on free ports of this machine. */
export interface LocalSentinel {
  /** `redis+sentinel://` with all sentinels. */
  readonly url: string;
  readonly servers: readonly LocalRedis[];
  /** The server that the sentinels call the primary now. */
  primary(): Promise<LocalRedis>;
  kill(): Promise<void>;
}

const PRIMARY_NAME = 'profiles';
const READY_WITHIN_MS = 30_000;

/** Starts them; it needs `redis-server`. Resolves when every sentinel knows the replica and the other sentinels. */
export async function startRedisSentinel(): Promise<LocalSentinel> {
  const settings = ['--repl-diskless-sync-delay', '0'];
  const first = await startRedis({ args: settings });
  const replica = (): Promise<LocalRedis> =>
    startRedis({ args: [...settings, '--replicaof', `127.0.0.1 ${first.port}`] });
  const sentinel = (): Promise<LocalRedis> => startSentinel(first.port);
  const [second, ...sentinels] = await startTogether([replica, sentinel, sentinel, sentinel]).catch(
    async (error: unknown) => {
      await first.kill();
      throw error;
    },
  );
  const servers = second ? [first, second] : [first];
  await Promise.all(sentinels.map(({ port }) => knowsAll(port)));
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${PRIMARY_NAME}`,
    servers,
    primary: async () => {
      const [, port] = (await ask(sentinels[0]?.port ?? 0, 'GET-MASTER-ADDR-BY-NAME')) as string[];
      const server = servers.find((one) => one.port === Number(port));
      if (!server) throw new Error('the sentinels name no server of these');
      return server;
    },
    kill: async () => {
      await Promise.all([...sentinels, ...servers].map((one) => one.kill()));
    },
  };
}

function startSentinel(primaryPort: number): Promise<LocalRedis> {
  return onFreePort((port) =>
    startProcess(port, 'redis-server', (folder) => {
      const file = join(folder, 'sentinel.conf');
      const settings = [
        `port ${port}`,
        'bind 127.0.0.1',
        `dir ${folder}`,
        `sentinel monitor ${PRIMARY_NAME} 127.0.0.1 ${primaryPort} 2`,
        `sentinel down-after-milliseconds ${PRIMARY_NAME} 1000`,
        `sentinel failover-timeout ${PRIMARY_NAME} 3000`,
      ];
      writeFileSync(file, settings.join('\n'));
      return startServer(findRedisServer() ?? 'redis-server', [file, '--sentinel']);
    }),
  );
}

async function knowsAll(port: number): Promise<void> {
  const endsAt = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const replicas = (await ask(port, 'REPLICAS')) as unknown[];
    const others = (await ask(port, 'SENTINELS')) as unknown[];
    if (replicas.length === 1 && others.length === 2) return;
    if (performance.now() > endsAt) throw new Error('the sentinels do not find each other');
    await sleep(50);
  }
}

async function ask(port: number, question: string): Promise<unknown> {
  const connection = new Redis({ port, host: '127.0.0.1', retryStrategy: null, enableReadyCheck: false });
  connection.on('error', () => undefined); // The command fails with it.
  try {
    return await connection.call('SENTINEL', question, PRIMARY_NAME);
  } finally {
    connection.disconnect();
  }
}

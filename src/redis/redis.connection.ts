import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { once } from 'node:events';
import { type Logger } from 'pino';
import { Config } from '../config/config.ts';
import { LOGGER } from '../telemetry/logger.ts';

const RECONNECT_AT_MOST_EVERY_MS = 1000;
const MUTED_MS = 1000;
const FIRST_ANSWER_WITHIN_MS = 300;
const LOOK_FOR_PRIMARY_EVERY_MS = 5000;

/**
 * The one Redis connection. It holds the start up for a moment at most, never queues a command while it is down and bounds every command
 * by `REDIS_TIMEOUT_MS`; it closes last, after the requests it serves.
 */
@Injectable()
export class RedisConnection implements OnApplicationBootstrap, OnApplicationShutdown {
  /** null: no Redis is configured. */
  readonly client: Redis | null;

  /** Monotonic milliseconds until which nothing is asked that can be done without. */
  private mutedUntil = 0;

  constructor(config: Config, @Inject(LOGGER) log: Logger) {
    this.client = config.redis === null ? null : connect(config.redis, log);
  }

  /**
   * Asks Redis for something that can be done without.
   * @returns undefined when there is no Redis, when it fails, or when it has just failed: then nobody waits for it
   */
  async attempt<T>(ask: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    if (this.client?.status !== 'ready' || performance.now() < this.mutedUntil) return undefined;
    try {
      return await ask(this.client);
    } catch {
      this.mutedUntil = performance.now() + MUTED_MS;
      return undefined;
    }
  }

  /** The first requests should find Redis if it is there; the start does not depend on it. */
  async onApplicationBootstrap(): Promise<void> {
    const { client } = this;
    if (!client || client.status === 'ready') return;
    const signal = AbortSignal.timeout(FIRST_ANSWER_WITHIN_MS);
    await once(client, 'ready', { signal }).catch(() => undefined); // It did not answer, and has been logged.
  }

  onApplicationShutdown(): void {
    this.client?.disconnect();
  }
}

function connect({ url, timeoutMs }: { url: string; timeoutMs: number }, log: Logger): Redis {
  const client = new Redis(url, {
    connectionName: 'customer-profiles',
    connectTimeout: 500,
    commandTimeout: timeoutMs,
    socketTimeout: Math.max(1000, 2 * timeoutMs),
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    reconnectOnError: lookForThePrimary(),
    retryStrategy: (times) => Math.random() * Math.min(RECONNECT_AT_MOST_EVERY_MS, 50 * times),
  });
  let reachable: boolean | null = null;
  client.on('ready', () => {
    if (reachable !== true) log.info({ event: 'redis_reachable' }, 'Redis answers');
    reachable = true;
  });
  client.on('error', (error: NodeJS.ErrnoException) => {
    if (reachable !== false)
      log.warn({ event: 'redis_unreachable', errorCode: error.code ?? error.name }, 'Redis does not answer');
    reachable = false;
  });
  return client;
}

/**
 * A primary that has become a replica: connect anew, where the primary may be by now, then repeat the command. Not at
 * every refused write, for each costs the reads under way their answers, and a replica can still be read.
 */
function lookForThePrimary(): (error: Error) => 2 | false {
  let lookedAt = -Infinity;
  return (error) => {
    const now = performance.now();
    if (!error.message.startsWith('READONLY') || now - lookedAt < LOOK_FOR_PRIMARY_EVERY_MS) return false;
    lookedAt = now;
    return 2;
  };
}

import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Cluster, type Redis } from 'ioredis';
import { once } from 'node:events';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { RedisBreaker } from './redis-breaker.ts';
import { disconnect, openClient, type RedisClient, batchWrites, onCommand } from './redis-client.ts';
import { type CommandOutcome, RedisMetrics } from './redis-metrics.ts';
import { isConnectionLoss, isReply, isSickness, RedisUnavailable } from './redis-errors.ts';

export { type RedisClient } from './redis-client.ts';
export { RedisUnavailable } from './redis-errors.ts';

const FIRST_ANSWER_WITHIN_MS = 300;

/**
 * The connection for commands. It holds the start up for a moment at most, never queues a command, bounds every one by
 * `REDIS_TIMEOUT_MS` and asks nothing of a Redis that is known to be sick; it closes last, after the requests it serves.
 */
@Injectable()
export class RedisConnection implements OnApplicationBootstrap, OnApplicationShutdown {
  /** null: no Redis is configured. Commands go through `run` and `attempt`, which bound them. */
  readonly client: RedisClient | null;
  private readonly breaker: RedisBreaker;
  private readonly hold = batchWrites();
  private readonly timeoutMs: number;
  /** What `ask` has sent first: it names the operation. */
  private commandName = 'none';

  constructor(
    config: Config,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly metrics: RedisMetrics,
  ) {
    this.breaker = new RedisBreaker(clock, () => this.ping());
    this.timeoutMs = config.redis?.timeoutMs ?? 0;
    this.client = config.redis === null ? null : openClient(config.redis, clock);
    if (this.client) this.watch(this.client);
    metrics.showBreaker(() => this.breakerState);
  }

  get breakerState(): 'closed' | 'half-open' | 'open' {
    return this.breaker.stateName;
  }

  /**
   * Runs a command, or a transaction, for `REDIS_TIMEOUT_MS` at the longest.
   * @throws RedisUnavailable when there is no answer: in time, for a lost connection, or (then at once) as Redis is not
   * connected or its breaker is open. Redis's own error replies, and what `ask`
   * itself throws, are thrown as they are.
   */
  async run<T>(ask: (redis: RedisClient) => Promise<T>): Promise<T> {
    if (this.client?.status !== 'ready' || this.breaker.stateName !== 'closed') {
      this.metrics.refused();
      throw new RedisUnavailable('Redis is not asked: it is not connected, or its breaker is open');
    }
    return this.bounded(this.client, ask);
  }

  /** As `run`, for what can be done without: undefined instead of an error. */
  async tryRun<T>(ask: (redis: RedisClient) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.run(ask);
    } catch {
      return undefined;
    }
  }

  /** The first requests should find Redis if it is there; the start does not depend on it. */
  async onApplicationBootstrap(): Promise<void> {
    const { client } = this;
    if (!client || client.status === 'ready') return;
    const tooLate = new AbortController();
    const timer = this.clock.after(FIRST_ANSWER_WITHIN_MS, () => {
      tooLate.abort();
    });
    await once(client, 'ready', tooLate).catch(() => undefined); // It did not answer, and has been logged.
    timer.cancel();
  }

  onApplicationShutdown(): void {
    this.breaker.stop();
    if (this.client) disconnect(this.client);
  }

  private bounded<T>(client: RedisClient, ask: (redis: RedisClient) => Promise<T>): Promise<T> {
    const startedAt = this.clock.monotonic();
    return new Promise<T>((resolve, reject) => {
      let isOver = false;
      let operation = 'none';
      const end = (outcome: CommandOutcome, isSick: boolean): void => {
        isOver = true;
        timer.cancel();
        this.metrics.ended(operation, outcome, this.clock.monotonic() - startedAt);
        if (isSick) this.breaker.sick();
        else this.breaker.well();
      };
      const overdue = (): void => {
        if (isOver) return;
        end('timeout', true);
        reject(new RedisUnavailable(`no answer within ${this.timeoutMs} ms`));
      };
      // An answer may have come while this process was busy: it is read before the time is up.
      const timer = this.clock.after(this.timeoutMs, () => setImmediate(overdue));
      this.commandName = 'none';
      this.hold(client);
      const asked = (async () => ask(client))(); // Also what it throws before it asks anything is a rejection.
      operation = this.commandName;
      asked.then(
        (value) => {
          if (isOver) return;
          end('ok', false);
          resolve(value);
        },
        (error: unknown) => {
          if (isOver) return;
          const isLost = isConnectionLoss(error);
          end(isReply(error) ? 'error_reply' : isLost ? 'connection_lost' : 'ok', isSickness(error));
          // What `ask` itself throws, as at an answer it cannot read, is none of Redis's failures.
          reject(isLost || !(error instanceof Error) ? new RedisUnavailable('the connection was lost') : error);
        },
      );
    });
  }

  /** Resolves when Redis answers; of a cluster, when one of its primaries does: the others' keys must not do without it. */
  private async ping(): Promise<unknown> {
    const { client } = this;
    if (client?.status !== 'ready') throw new RedisUnavailable('not connected');
    const servers = client instanceof Cluster ? client.nodes('master') : [client];
    // A failover may be why it was sick: find out who the primaries are now.
    if (client instanceof Cluster) client.refreshSlotsCache();
    const answer = async (server: Redis): Promise<void> => {
      await server.ping().catch((error: unknown) => {
        if (isSickness(error)) throw error; // Any other refusal is an answer.
      });
    };
    return this.bounded(client, () =>
      Promise.any(servers.map(answer)).catch((error: unknown) => {
        throw error instanceof AggregateError ? error.errors[0] : error;
      }),
    );
  }

  private watch(client: RedisClient): void {
    let reachable: boolean | null = null;
    client.on('ready', () => {
      this.breaker.close();
      if (reachable !== true) this.log.info({ event: 'redis_reachable' }, 'Redis answers');
      reachable = true;
    });
    client.on('error', (error: NodeJS.ErrnoException) => {
      if (reachable !== false)
        this.log.warn({ event: 'redis_unreachable', errorCode: error.code ?? error.name }, 'Redis does not answer');
      reachable = false;
    });
    onCommand(client, (name) => {
      if (this.commandName === 'none') this.commandName = name;
    });
  }
}

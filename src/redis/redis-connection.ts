import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Cluster, type Redis } from 'ioredis';
import { once } from 'node:events';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type CallOutcome, type CircuitBreakerState } from '../resilience/circuit-breaker.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { RedisBreaker } from './redis-breaker.ts';
import { disconnect, openClient, type RedisClient, batchWrites, onCommand } from './redis-client.ts';
import { type CommandOutcome, RedisMetrics } from './redis-metrics.ts';
import { isConnectionLoss, isReply, isRedisDown, RedisUnavailable } from './redis-errors.ts';

export { type RedisClient } from './redis-client.ts';
export { RedisUnavailable } from './redis-errors.ts';

/** What a store needs of the connection. */
export type RedisCommands = Pick<RedisConnection, 'client' | 'run'>;

const FIRST_ANSWER_WITHIN_MS = 300;

/**
 * The connection for commands. It delays the start for a moment at most, never queues a command, bounds each one by
 * `REDIS_TIMEOUT_MS` and sends none while its breaker is open. It closes last, after the requests it serves.
 */
@Injectable()
export class RedisConnection implements OnApplicationBootstrap, OnApplicationShutdown {
  /** null: no Redis is configured. Send commands with `run` or `tryRun`, which bound them. */
  readonly client: RedisClient | null;
  private readonly breaker: RedisBreaker;
  private readonly hold = batchWrites();
  private readonly timeoutMs: number;
  /** The first command that `ask` sent; it names the operation in the metrics. */
  private commandName = 'none';
  private before: () => void = () => undefined;
  private lastAnswerAt: number;

  constructor(
    config: Config,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly metrics: RedisMetrics,
  ) {
    this.breaker = new RedisBreaker(clock, () => this.ping());
    this.timeoutMs = config.redis?.timeoutMs ?? 0;
    this.lastAnswerAt = clock.monotonic();
    this.client = config.redis === null ? null : openClient(config.redis, clock);
    if (this.client) this.watch(this.client);
    metrics.showBreaker(() => this.breakerState);
  }

  /** Calls `notify` before each command or transaction. */
  beforeEach(notify: () => void): void {
    this.before = notify;
  }

  /** Monotonic milliseconds of Redis's last answer; before the first one, the start of the process. */
  get answeredAt(): number {
    return this.lastAnswerAt;
  }

  get breakerState(): CircuitBreakerState {
    return this.breaker.stateName;
  }

  /**
   * Runs a command or a transaction, for at most `REDIS_TIMEOUT_MS`, or for `withinMs`.
   * @throws RedisUnavailable when no answer came in time or the connection was lost; at once when Redis is not connected or its
   * breaker is open. Redis's own error replies, and errors that `ask` throws, are thrown as they are.
   */
  async run<T>(ask: (redis: RedisClient) => Promise<T>, withinMs = this.timeoutMs): Promise<T> {
    const { client } = this;
    this.before();
    const record = client?.status === 'ready' ? this.breaker.tryAcquire() : null;
    if (!client || !record) {
      this.metrics.notSent();
      throw new RedisUnavailable('Redis is not asked: it is not connected, or its breaker is open');
    }
    return this.bounded(client, ask, withinMs, record);
  }

  /** The same connection, with another bound for each command. */
  within(ms: number): RedisCommands {
    return { client: this.client, run: (ask) => this.run(ask, ms) };
  }

  /** As `run`, but returns undefined instead of an error. */
  async tryRun<T>(ask: (redis: RedisClient) => Promise<T>): Promise<T | undefined> {
    try {
      return await this.run(ask);
    } catch {
      return undefined;
    }
  }

  /** Waits a moment, so that the first requests find Redis. The start does not depend on it. */
  async onApplicationBootstrap(): Promise<void> {
    await this.connectedAtStart();
  }

  /** Resolves when Redis is connected, or after a moment. */
  async connectedAtStart(): Promise<void> {
    const { client } = this;
    if (!client || client.status === 'ready') return;
    const tooLate = new AbortController();
    const timer = this.clock.after(FIRST_ANSWER_WITHIN_MS, () => {
      tooLate.abort();
    });
    await once(client, 'ready', tooLate).catch(() => undefined); // It did not answer; `watch` logged that.
    timer.cancel();
  }

  onApplicationShutdown(): void {
    this.breaker.stop();
    if (this.client) disconnect(this.client);
  }

  private bounded<T>(
    client: RedisClient,
    ask: (redis: RedisClient) => Promise<T>,
    withinMs: number,
    record?: (outcome: CallOutcome) => void,
  ): Promise<T> {
    const startedAt = this.clock.monotonic();
    return new Promise<T>((resolve, reject) => {
      let isOver = false;
      let operation = 'none';
      const end = (outcome: CommandOutcome, isFailure: boolean): void => {
        isOver = true;
        if (!isFailure) this.lastAnswerAt = this.clock.monotonic();
        timer.cancel();
        this.metrics.ended(operation, outcome, this.clock.monotonic() - startedAt);
        record?.(isFailure ? 'failure' : 'success');
      };
      const onTimeout = (): void => {
        if (isOver) return;
        end('timeout', true);
        reject(new RedisUnavailable(`no answer within ${withinMs} ms`));
      };
      // The answer may have come while this process was busy; setImmediate lets it be read first.
      const timer = this.clock.after(withinMs, () => setImmediate(onTimeout));
      this.commandName = 'none';
      this.hold(client);
      const asked = (async () => ask(client))(); // An error thrown before the first command becomes a rejection, too.
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
          end(isReply(error) ? 'error_reply' : isLost ? 'connection_lost' : 'ok', isRedisDown(error));
          // An error of `ask` itself, for example at an answer it cannot read, is not a failure of Redis.
          reject(isLost || !(error instanceof Error) ? new RedisUnavailable('the connection was lost') : error);
        },
      );
    });
  }

  /** Resolves when Redis answers. One primary of a cluster is enough, so that a dead one does not cost the keys of the others. */
  private async ping(): Promise<unknown> {
    const { client } = this;
    if (client?.status !== 'ready') throw new RedisUnavailable('not connected');
    const servers = client instanceof Cluster ? client.nodes('master') : [client];
    // A failover may be the reason: find the present primaries.
    if (client instanceof Cluster) client.refreshSlotsCache();
    const answer = async (server: Redis): Promise<void> => {
      await server.ping().catch((error: unknown) => {
        if (isRedisDown(error)) throw error; // Any other error reply is an answer.
      });
    };
    const first = (): Promise<unknown> =>
      Promise.any(servers.map(answer)).catch((error: unknown) => {
        throw error instanceof AggregateError ? error.errors[0] : error;
      });
    return this.bounded(client, first, this.timeoutMs);
  }

  private watch(client: RedisClient): void {
    let reachable: boolean | null = null;
    client.on('ready', () => {
      this.breaker.reset();
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

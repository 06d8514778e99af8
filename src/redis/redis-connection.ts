import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { once } from 'node:events';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type CircuitBreakerState } from '../resilience/circuit-breaker.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { AnswerTimer } from './answer-timer.ts';
import { inTime } from './in-time.ts';
import { type CommandEnd } from './redis-breaker.ts';
import { disconnect, openClient, type RedisClient, batchWrites, onCommand } from './redis-client.ts';
import { type CommandOutcome, RedisMetrics } from './redis-metrics.ts';
import { isConnectionLoss, isReply, isRedisDown, RedisUnavailable } from './redis-errors.ts';
import { RedisNodes } from './redis-nodes.ts';
import { SentCommands } from './sent-commands.ts';

export { type RedisClient } from './redis-client.ts';
export { RedisUnavailable } from './redis-errors.ts';

const FIRST_ANSWER_WITHIN_MS = 300;

/** What a store needs of the connection. */
export type RedisCommands = Pick<RedisConnection, 'client' | 'run'>;

/**
 * The connection for commands. It delays the start for a moment at most, never queues a command, bounds each one by
 * `REDIS_TIMEOUT_MS` and sends none to a server whose breaker is open. It closes last, after the requests it serves.
 */
@Injectable()
export class RedisConnection implements OnApplicationBootstrap, OnApplicationShutdown {
  /** null: no Redis is configured. Send commands with `run` or `tryRun`, which bound them. */
  readonly client: RedisClient | null;
  private readonly nodes: RedisNodes;
  private readonly hold = batchWrites();
  private readonly timeoutMs: number;
  /** Those of the question that is being asked in this very moment. */
  private sending: SentCommands | null = null;
  private before: () => void = () => undefined;
  private lastAnswerAt: number;

  constructor(
    config: Config,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly metrics: RedisMetrics,
  ) {
    this.timeoutMs = config.redis?.timeoutMs ?? 0;
    this.lastAnswerAt = clock.monotonic();
    this.client = config.redis === null ? null : openClient(config.redis, clock);
    this.nodes = new RedisNodes(clock, this.client, (ask) => this.probe(ask));
    if (this.client) this.watch(this.client);
    metrics.showBreaker(() => this.breakerState);
    metrics.showAway(() => this.nodesAway.length);
  }

  /** Calls `notify` before each command or transaction. */
  beforeEach(notify: () => void): void {
    this.before = notify;
  }

  /** Monotonic milliseconds of Redis's last answer; before the first one, the start of the process. */
  get answeredAt(): number {
    return this.lastAnswerAt;
  }

  /** Of a cluster the worst of its primaries. */
  get breakerState(): CircuitBreakerState {
    return this.nodes.state;
  }

  /** The primaries of a cluster whose breaker is not closed, as `host:port`. */
  get nodesAway(): readonly string[] {
    return this.nodes.away;
  }

  /**
   * Runs a command or a transaction, for at most `REDIS_TIMEOUT_MS`.
   * @param withinMs the caller waits no longer than this; the breaker judges a command by `REDIS_TIMEOUT_MS` all the same
   * @throws RedisUnavailable when no answer came in time or the connection was lost; at once when Redis is not connected, the
   * breaker of the server is open, or there is no time. Redis's own error replies, and errors that `ask` throws, are thrown as
   * they are.
   */
  async run<T>(ask: (redis: RedisClient) => Promise<T>, withinMs = Infinity): Promise<T> {
    return this.runFor(this.timeoutMs, ask, withinMs);
  }

  /** The same connection, with another time for each command than `REDIS_TIMEOUT_MS`. */
  within(limitMs: number): RedisCommands {
    return { client: this.client, run: (ask, withinMs) => this.runFor(limitMs, ask, withinMs) };
  }

  private async runFor<T>(limitMs: number, ask: (redis: RedisClient) => Promise<T>, withinMs = Infinity): Promise<T> {
    const { client } = this;
    this.before();
    if (client?.status !== 'ready' || this.nodes.permitNone) {
      this.metrics.notSent();
      throw new RedisUnavailable('Redis is not asked: it is not connected, or its breaker is open');
    }
    if (withinMs <= 0) throw new RedisUnavailable('there is no time to ask Redis');
    const sent = new SentCommands((command, destination) => {
      const record = this.nodes.tryAcquire(command, destination);
      if (!record) this.metrics.notSent();
      return record;
    }, this.onAnswer);
    const answer = this.bounded(client, ask, sent, limitMs);
    return withinMs < limitMs ? inTime(this.clock, withinMs, answer) : answer;
  }

  /** As `run`, but returns undefined instead of an error. */
  async tryRun<T>(ask: (redis: RedisClient) => Promise<T>, withinMs = Infinity): Promise<T | undefined> {
    try {
      return await this.run(ask, withinMs);
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
    this.nodes.stop();
    if (this.client) disconnect(this.client);
  }

  private readonly onAnswer = (): void => {
    this.lastAnswerAt = this.clock.monotonic();
  };

  private bounded<T>(
    client: RedisClient,
    ask: (redis: RedisClient) => Promise<T>,
    sent: SentCommands,
    limitMs = this.timeoutMs,
  ): Promise<T> {
    const startedAt = this.clock.monotonic();
    return new Promise<T>((resolve, reject) => {
      const end = (outcome: CommandOutcome): void => {
        timer.cancel();
        if (sent.operation !== null) this.metrics.ended(sent.operation, outcome, this.clock.monotonic() - startedAt);
      };
      const onTimeout = (): void => {
        sent.timeOut();
        end('timeout');
        reject(new RedisUnavailable(`no answer within ${limitMs} ms`));
      };
      const noteSlow = (): void => {
        sent.noteSlow();
      };
      const timer = new AnswerTimer(this.clock, limitMs, noteSlow, onTimeout);
      this.send(client, ask, sent).then(
        (value) => {
          if (timer.isOver) return;
          end('ok');
          resolve(value);
        },
        (error: unknown) => {
          if (timer.isOver) return;
          const isLost = isConnectionLoss(error);
          end(isReply(error) ? 'error_reply' : isLost ? 'connection_lost' : 'ok');
          // An error of `ask` itself, for example at an answer it cannot read, is not a failure of Redis.
          reject(isLost || !(error instanceof Error) ? new RedisUnavailable('the connection was lost') : error);
        },
      );
    });
  }

  private send<T>(client: RedisClient, ask: (redis: RedisClient) => Promise<T>, sent: SentCommands): Promise<T> {
    this.hold(client);
    this.sending = sent;
    const asked = (async () => ask(client))(); // An error thrown before the first command becomes a rejection, too.
    this.sending = null;
    return asked;
  }

  private async probe(ask: (client: RedisClient) => Promise<unknown>): Promise<CommandEnd> {
    const { client } = this;
    if (client?.status !== 'ready') throw new RedisUnavailable('not connected');
    const sent = new SentCommands(() => () => undefined, this.onAnswer);
    const answer = async (): Promise<void> => {
      await ask(client).catch((error: unknown) => {
        if (isRedisDown(error)) throw error; // Any other error reply is an answer.
      });
    };
    await this.bounded(client, answer, sent);
    return sent.areSlow ? 'slow' : 'quick';
  }

  private watch(client: RedisClient): void {
    let reachable: boolean | null = null;
    client.on('ready', () => {
      this.nodes.reset();
      if (reachable !== true) this.log.info({ event: 'redis_reachable' }, 'Redis answers');
      reachable = true;
    });
    client.on('error', (error: NodeJS.ErrnoException) => {
      if (reachable !== false)
        this.log.warn({ event: 'redis_unreachable', errorCode: error.code ?? error.name }, 'Redis does not answer');
      reachable = false;
    });
    onCommand(client, (command, destination) => this.sending?.send(command, destination) ?? null);
  }
}

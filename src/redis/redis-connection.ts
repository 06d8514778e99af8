import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Command } from 'ioredis';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type RedisAddress } from '../config/redis-address.ts';
import { type CircuitBreakerState } from '../resilience/circuit-breaker.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { BoundedCommands } from './bounded-commands.ts';
import { inTime } from './in-time.ts';
import { type RedisClient } from './link/redis-client.ts';
import { type HandshakeRefusal } from './link/redis-handshake.ts';
import { type LinkTrouble, RedisLink } from './link/redis-link.ts';
import { type CommandEnd } from './redis-breaker.ts';
import { isMoved, isRedisDown, RedisUnavailable } from './redis-errors.ts';
import { RedisMetrics } from './redis-metrics.ts';
import { RedisNodes } from './redis-nodes.ts';
import { type RedisRefusal, RedisRefusals } from './redis-refusals.ts';
import { SentCommands } from './sent-commands.ts';

const FIRST_ANSWER_WITHIN_MS = 300;

/** The methods of the connection that a store needs. */
export type RedisCommands = Pick<RedisConnection, 'client' | 'run'>;

/**
 * The connection for commands. It delays the start for a moment at most, never queues a command, bounds each one by
 * `REDIS_TIMEOUT_MS`, and sends none to a server whose breaker is open. It closes last, after the requests that use it.
 */
@Injectable()
export class RedisConnection implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly link: RedisLink | null;
  private readonly readyListeners: (() => void)[] = [];
  private readonly refusals: RedisRefusals;
  private readonly nodes: RedisNodes;
  private readonly commands: BoundedCommands;
  private readonly timeoutMs: number;
  private before: () => void = () => undefined;
  private lastAnswerAt: number;
  private firstAttempt: Promise<void> | null = null;
  private endFirstAttempt: () => void = () => undefined;

  constructor(
    config: Config,
    private readonly clock: Clock,
    @Inject(LOGGER) log: Logger,
    private readonly metrics: RedisMetrics,
  ) {
    this.timeoutMs = config.redis?.timeoutMs ?? 0;
    this.lastAnswerAt = clock.monotonic();
    this.commands = new BoundedCommands(clock, metrics);
    const count = (operation: string, reply: string): void => {
      metrics.refused(operation, reply);
    };
    this.refusals = new RedisRefusals(clock, log, count);
    this.nodes = new RedisNodes(
      clock,
      () => this.client,
      (ask) => this.probe(ask),
    );
    const events = {
      onClient: (client: RedisClient) => {
        this.commands.watch(client);
      },
      onReady: () => {
        this.nodes.reset();
        this.endFirstAttempt();
        for (const notify of this.readyListeners) notify();
      },
      onRefused: ({ step, reply }: HandshakeRefusal) => {
        count(step, reply);
      },
      onTrouble: () => {
        this.endFirstAttempt();
      },
    };
    this.link = config.redis === null ? null : new RedisLink(config.redis, clock, log, events);
    metrics.showBreaker(() => this.breakerState);
    metrics.showAway(() => this.nodesAway.length);
  }

  /**
   * null: no Redis is configured. Send commands with `run` or `tryRun`, which bound them. The client changes when Redis
   * turns out to be a cluster.
   */
  get client(): RedisClient | null {
    return this.link?.client ?? null;
  }

  /** Whether Redis is connected and has refused no step of the handshake. */
  get isReady(): boolean {
    return this.link?.isReady === true;
  }

  /** Whether Redis is one server, a cluster, or behind sentinels; null: none is configured. */
  get mode(): RedisAddress['mode'] | null {
    return this.link?.mode ?? null;
  }

  /** Why Redis is not connected; null: it is, or the reason is still unknown. */
  get trouble(): LinkTrouble | null {
    return this.link?.trouble ?? null;
  }

  /** The current refusals of Redis; the refusal of the connection comes first. */
  get refused(): readonly RedisRefusal[] {
    const { refusal, since } = this.link?.refused ?? { refusal: null, since: 0 };
    const ofConnection = refusal ? [{ reply: refusal.reply, operations: [refusal.step], since }] : [];
    return [...ofConnection, ...this.refusals.list];
  }

  /** Calls `notify` after each new connection to Redis. */
  onReady(notify: () => void): void {
    this.readyListeners.push(notify);
  }

  /** Calls `notify` before each command or transaction. */
  beforeEach(notify: () => void): void {
    this.before = notify;
  }

  /** Monotonic milliseconds of Redis's last answer; before the first one, the start of the process. */
  get answeredAt(): number {
    return this.lastAnswerAt;
  }

  /** The state of the server; in a cluster the worst of its primaries. */
  get breakerState(): CircuitBreakerState {
    return this.nodes.state;
  }

  /** The primaries of a cluster whose breaker is not closed, as `host:port`. */
  get nodesAway(): readonly string[] {
    return this.nodes.away;
  }

  /**
   * Runs a command or a transaction, for at most `REDIS_TIMEOUT_MS`.
   * @param withinMs the caller waits no longer than this; the breaker still judges a command by `REDIS_TIMEOUT_MS`
   * @throws RedisUnavailable when no answer came in time or the connection was lost; at once when Redis is not connected,
   * the breaker of the server is open, or there is no time. It throws Redis's own error replies, and errors of `ask`,
   * unchanged.
   */
  async run<T>(ask: (redis: RedisClient) => Promise<T>, withinMs = Infinity): Promise<T> {
    return this.runFor(this.timeoutMs, ask, withinMs);
  }

  /** The same connection with another limit for each command than `REDIS_TIMEOUT_MS`. */
  within(limitMs: number): RedisCommands {
    const client = (): RedisClient | null => this.client;
    return {
      get client() {
        return client();
      },
      run: (ask, withinMs) => this.runFor(limitMs, ask, withinMs),
    };
  }

  private async runFor<T>(limitMs: number, ask: (redis: RedisClient) => Promise<T>, withinMs = Infinity): Promise<T> {
    const { client } = this;
    this.before();
    if (!client || !this.isReady || this.nodes.permitNone) {
      this.metrics.notSent();
      throw new RedisUnavailable('no command is sent: Redis is not connected, or its breaker is open');
    }
    if (withinMs <= 0) throw new RedisUnavailable('there is no time left for Redis');
    const sent = new SentCommands(
      (command, destination) => {
        const record = this.nodes.tryAcquire(command, destination);
        if (!record) this.metrics.notSent();
        return record;
      },
      this.onAnswer,
      this.onReply,
    );
    const answer = this.commands.ask(client, ask, sent, limitMs);
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

  /** Resolves when Redis is connected, when the first attempt has failed, or after a moment. */
  async connectedAtStart(): Promise<void> {
    if (!this.link || this.isReady || this.trouble) return;
    this.firstAttempt ??= new Promise<void>((resolve) => {
      const timer = this.clock.after(FIRST_ANSWER_WITHIN_MS, resolve);
      this.endFirstAttempt = () => {
        timer.cancel();
        resolve();
      };
    });
    await this.firstAttempt;
  }

  onApplicationShutdown(): void {
    this.nodes.stop();
    this.refusals.stop();
    this.link?.close();
  }

  private readonly onAnswer = (): void => {
    this.lastAnswerAt = this.clock.monotonic();
  };

  private readonly onReply = (command: Command, refusal: Error | null): void => {
    if (!refusal) this.refusals.answered(command);
    else if (!isMoved(refusal) || !this.link?.onMoved()) this.refusals.refused(command, refusal);
  };

  private async probe(ask: (client: RedisClient) => Promise<unknown>): Promise<CommandEnd> {
    const { client } = this;
    if (!client || !this.isReady) throw new RedisUnavailable('not connected');
    const sent = new SentCommands(() => () => undefined, this.onAnswer, this.onReply);
    const answer = async (): Promise<void> => {
      await ask(client).catch((error: unknown) => {
        if (isRedisDown(error)) throw error; // Any other error reply is an answer.
      });
    };
    await this.commands.ask(client, answer, sent, this.timeoutMs);
    return sent.areSlow ? 'slow' : 'quick';
  }
}

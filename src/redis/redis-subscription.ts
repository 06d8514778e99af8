import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Redis } from 'ioredis';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { inTime } from './in-time.ts';
import { connectToRedis, disconnect, reconnectDelayMs, singleConnection } from './link/redis-client.ts';
import { RedisConnection } from './redis-connection.ts';
import { isReply, unlessRefused } from './redis-errors.ts';
import { RedisMetrics } from './redis-metrics.ts';

/** Receives the messages published on a channel. */
export interface ChannelListener {
  onMessage(message: string): void;
  /** Called after every subscription, the first and each later one: it may have missed messages from before. */
  onSubscribed(): void;
}

const CONNECT_TIMEOUT_MS = 1000;
const PING_INTERVAL_MS = 1000;
const AFTER_REFUSAL_MS = 10_000;

/**
 * Listens to channels on its own connection, and reconnects when that is lost. It sends a PING every second, because a dead
 * connection looks like one without messages.
 */
@Injectable()
export class RedisSubscription implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly listeners = new Map<string, ChannelListener[]>();
  private readonly closing = new AbortController();
  private isSubscribed = false;
  /** Monotonic milliseconds of the last answer on a subscribed connection. */
  private lastCompleteAt: number;
  private isRefused = false;
  private readonly timeoutMs: number;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    @Inject(LOGGER) private readonly log: Logger,
    metrics: RedisMetrics,
  ) {
    this.timeoutMs = config.redis?.timeoutMs ?? 0;
    this.lastCompleteAt = clock.monotonic();
    metrics.showSubscribed(() => this.isSubscribed);
  }

  /** Call it in a constructor or at module init. Without Redis the listener is never called. */
  listen(channel: string, listener: ChannelListener): void {
    this.listeners.set(channel, [...(this.listeners.get(channel) ?? []), listener]);
  }

  get channels(): readonly string[] {
    return [...this.listeners.keys()];
  }

  /** Whether every channel is subscribed on a connection that answered its last PING. */
  get subscribed(): boolean {
    return this.isSubscribed;
  }

  /** Monotonic milliseconds until which no message was missed; before the first subscription, the start of the process. */
  get completeUntil(): number {
    const now = this.clock.monotonic();
    // A process that was paused has not sent the PING that would have shown the loss of its connection.
    const isChecked = now - this.lastCompleteAt <= PING_INTERVAL_MS + this.timeoutMs;
    return this.isSubscribed && isChecked ? now : this.lastCompleteAt;
  }

  /** The start does not wait for the connection. */
  onApplicationBootstrap(): void {
    if (this.config.redis !== null && this.listeners.size > 0) void this.keepListening();
  }

  onApplicationShutdown(): void {
    this.closing.abort();
  }

  private async keepListening(): Promise<void> {
    const { signal } = this.closing;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const redis = this.newConnection();
      const wasSubscribed = redis ? await this.listenOn(redis) : false;
      if (wasSubscribed) attempt = 0;
      const delayMs = this.isRefused ? AFTER_REFUSAL_MS : reconnectDelayMs(attempt);
      await this.clock.sleep(delayMs, signal).catch(() => undefined); // Closing.
    }
  }

  private newConnection(): Redis | null {
    const { client } = this.connection;
    return this.config.redis && client ? singleConnection(this.config.redis, client, 'events') : null;
  }

  /** @returns when the connection is lost, whether it was ever subscribed */
  private async listenOn(redis: Redis): Promise<boolean> {
    const lost = new AbortController();
    const { signal } = this.closing;
    const close = (): void => {
      disconnect(redis);
    };
    signal.addEventListener('abort', close);
    redis.on('error', () => undefined); // The loop below notices; the main connection logs it.
    redis.once('end', () => {
      lost.abort();
    });
    redis.on('message', (channel: string, message: string) => {
      for (const listener of this.listeners.get(channel) ?? [])
        this.notify(() => {
          listener.onMessage(message);
        });
    });
    try {
      await inTime(this.clock, CONNECT_TIMEOUT_MS + this.timeoutMs, connectToRedis(redis));
      await this.subscribe(redis);
      for (;;) {
        await this.clock.sleep(PING_INTERVAL_MS, lost.signal);
        // Any reply shows that the connection works, even a refusal of PING.
        await inTime(this.clock, this.timeoutMs, unlessRefused(redis.ping(), 'PONG'));
        this.lastCompleteAt = this.clock.monotonic();
      }
    } catch {
      return this.isSubscribed;
    } finally {
      this.isSubscribed = false;
      signal.removeEventListener('abort', close);
      disconnect(redis);
    }
  }

  private async subscribe(redis: Redis): Promise<void> {
    try {
      await inTime(this.clock, this.timeoutMs, redis.subscribe(...this.listeners.keys()));
    } catch (error) {
      if (isReply(error) && !this.isRefused)
        this.log.warn({ event: 'redis_subscription_refused' }, 'Redis does not let this user listen to events');
      this.isRefused = isReply(error);
      throw error;
    }
    this.isRefused = false;
    this.isSubscribed = true;
    this.lastCompleteAt = this.clock.monotonic();
    for (const listener of [...this.listeners.values()].flat()) {
      this.notify(() => {
        listener.onSubscribed();
      });
    }
  }

  /** Keeps the connection when a listener throws. */
  private notify(call: () => void): void {
    try {
      call();
    } catch (err) {
      this.log.error({ event: 'redis_listener_failed', err }, 'a message could not be handled');
    }
  }
}

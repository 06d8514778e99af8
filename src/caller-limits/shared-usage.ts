import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Clock, type Timer } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { isObject, parseJson } from '../json/json.ts';
import { RedisConnection } from '../redis/redis-connection.ts';
import { RedisSubscription } from '../redis/redis-subscription.ts';

/** How long usage is collected before it is published. Together the processes may exceed a rate by the requests of this time. */
export const PUBLISH_DELAY_MS = 200;

type Listener = (caller: string, tokens: number) => void;

/**
 * Publishes the charges of each caller in this process, and receives those in the other processes. Without Redis each
 * process counts only its own charges.
 */
@Injectable()
export class SharedUsage implements OnApplicationShutdown {
  private readonly self = randomUUID();
  private readonly channel: string;
  private readonly isShared: boolean;
  private readonly unpublished = new Map<string, number>();
  private timer: Timer | null = null;
  private listener: Listener = () => undefined;

  constructor(
    { redis }: Config,
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    subscription: RedisSubscription,
  ) {
    this.isShared = redis !== null;
    this.channel = `${redis?.keyPrefix ?? ''}customer-profiles:usage`;
    subscription.listen(this.channel, {
      // Missed messages do no harm: buckets are full again soon.
      onSubscribed: () => undefined,
      onMessage: (message) => {
        this.receive(message);
      },
    });
  }

  /** Calls `listener` with the tokens that another process has charged a caller. */
  onUsage(listener: Listener): void {
    this.listener = listener;
  }

  /** Records that this process has charged the caller. */
  record(caller: string, tokens: number): void {
    if (!this.isShared) return;
    this.unpublished.set(caller, (this.unpublished.get(caller) ?? 0) + tokens);
    this.timer ??= this.clock.after(PUBLISH_DELAY_MS, () => {
      this.publish();
    });
  }

  onApplicationShutdown(): void {
    this.timer?.cancel();
  }

  private publish(): void {
    const message = JSON.stringify({ from: this.self, usage: Object.fromEntries(this.unpublished) });
    this.timer = null;
    this.unpublished.clear();
    void this.connection.tryRun((redis) => redis.publish(this.channel, message));
  }

  private receive(message: string): void {
    const content = parseJson(Buffer.from(message));
    if (!isObject(content) || content.from === this.self || !isObject(content.usage)) return;
    for (const [caller, tokens] of Object.entries(content.usage))
      if (typeof tokens === 'number' && tokens > 0) this.listener(caller, tokens);
  }
}

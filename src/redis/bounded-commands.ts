import { type Clock } from '../config/clock.ts';
import { TraceScope } from '../telemetry/traces/trace-scope.ts';
import { AnswerTimer } from './answer-timer.ts';
import { batchWrites, onCommand, type RedisClient } from './link/redis-client.ts';
import { isConnectionLoss, isReply, RedisUnavailable } from './redis-errors.ts';
import { type CommandOutcome, type RedisMetrics } from './redis-metrics.ts';
import { type SentCommands } from './sent-commands.ts';

/** Sends the commands of one call after the other, bounds the time until their answer, and measures it. */
export class BoundedCommands {
  private readonly hold = batchWrites();
  /** The commands of the call that is sending at this moment. */
  private sending: SentCommands | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly metrics: RedisMetrics,
  ) {}

  /** Assigns each later command of this client to the call that is sending it. */
  watch(client: RedisClient): void {
    onCommand(client, (command, destination) => this.sending?.send(command, destination) ?? null);
  }

  /**
   * @param sent receives the commands that `ask` sends
   * @throws RedisUnavailable when no answer came within `limitMs`, or the connection was lost; any other error of `ask`,
   * unchanged
   */
  ask<T>(
    client: RedisClient,
    ask: (redis: RedisClient) => Promise<T>,
    sent: SentCommands,
    limitMs: number,
  ): Promise<T> {
    const startedAt = this.clock.monotonic();
    const span = TraceScope.current()?.child('redis', 'client', { 'db.system.name': 'redis' });
    return new Promise<T>((resolve, reject) => {
      const end = (outcome: CommandOutcome): void => {
        timer.cancel();
        if (sent.operation !== null) this.metrics.ended(sent.operation, outcome, this.clock.monotonic() - startedAt);
        span?.end(outcome === 'ok' ? null : outcome);
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
      const answer = this.send(client, ask, sent);
      if (span) name(span, sent);
      answer.then(
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
}

/** Names the span by the first command, without keys and arguments. */
function name(span: TraceScope, { operation, count }: SentCommands): void {
  if (operation === null) return;
  span.rename(`redis ${operation}`);
  span.set({ 'db.operation.name': operation, 'db.operation.batch.size': count });
}

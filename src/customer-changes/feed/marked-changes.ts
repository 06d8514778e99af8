import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { type CustomerKey } from '../../customer-ids/customer-key.ts';
import { RedisConnection } from '../../redis/redis-connection.ts';
import { errorCode } from '../../redis/redis-errors.ts';
import { LOGGER } from '../../telemetry/logger.ts';
import { type AboutToChange, ChangeFeed } from './change-feed.ts';
import { marksKey } from './change-keys.ts';
import { ChangeMarks, type PendingChange, type ReadMarks } from './change-marks.ts';
import { ChangeMetrics } from './change-metrics.ts';
import { CLEAR_MARKS, READ_MARKS } from './mark-scripts.ts';

/** Moves the changes of a customer from its marks to the feed. */
@Injectable()
export class MarkedChanges {
  constructor(
    private readonly connection: RedisConnection,
    private readonly feed: ChangeFeed,
    private readonly marks: ChangeMarks,
    private readonly metrics: ChangeMetrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** The customer's marked changes. @throws RedisUnavailable, or Redis's own error reply */
  async pendingOf(customer: CustomerKey): Promise<readonly PendingChange[]> {
    const marks = await this.connection.run((redis) => redis.eval(READ_MARKS, 1, marksKey(customer)));
    return Array.isArray(marks) ? this.marks.pending(customer, marks as ReadMarks) : [];
  }

  /**
   * Appends the changes, withdraws the note and clears the marks.
   * @param entry the note; null: there is none
   * @throws RedisUnavailable, or Redis's own error reply
   */
  async append(customer: CustomerKey, pending: readonly PendingChange[], entry: AboutToChange | null): Promise<void> {
    const appended = await this.feed.append(customer, pending, entry);
    for (const { change } of pending.slice(pending.length - appended)) this.metrics.appended.inc({ type: change.type });
    const last = pending.at(-1);
    if (!last) return;
    await this.connection.run((redis) => redis.eval(CLEAR_MARKS, 1, marksKey(customer), last.revision));
  }

  /** Counts and logs that changes stay marked. */
  logFailure(error: unknown): void {
    this.metrics.failures.inc();
    this.log.debug(
      { event: 'changes_not_appended', errorCode: errorCode(error) },
      'changes could not be appended to the feed; they are appended later',
    );
  }
}

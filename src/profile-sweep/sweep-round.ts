import { Inject, Injectable } from '@nestjs/common';
import { type Redis } from 'ioredis';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { RedisUnavailable } from '../redis/redis-errors.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { CustomerScan, type FoundCustomer } from './customer-scan.ts';
import { SweepMetrics } from './sweep-metrics.ts';
import { AT_END, type SweepOutcome, type SweepPosition } from './sweep-position.ts';
import { SweepVisits } from './sweep-visits.ts';

/** Customers that are refreshed concurrently. */
const CONCURRENCY = 8;

/** Finishes a round, one primary after the other. */
@Injectable()
export class SweepRound {
  constructor(
    private readonly clock: Clock,
    private readonly scan: CustomerScan,
    private readonly visits: SweepVisits,
    private readonly metrics: SweepMetrics,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * The positions after each page, and the last one at the end of the round. An unfinished page is visited again later,
   * which costs nothing for its customers that were refreshed.
   * @throws RedisUnavailable when a primary does not answer, after the others were scanned; the signal's reason when it
   * fires
   */
  async *from(begun: SweepPosition, signal: AbortSignal): AsyncGenerator<SweepPosition, void> {
    let position = begun;
    for (;;) {
      const { servers, failure: unreachable } = await this.servers();
      let failure = unreachable;
      const cursors = Object.fromEntries([...servers.keys()].map((run) => [run, position.cursors[run] ?? '0']));
      // After a failover there is another run, with its keys in another order.
      position = { ...position, cursors: failure ? { ...position.cursors, ...cursors } : cursors };
      const open = [...servers].filter(([run]) => position.cursors[run] !== AT_END);
      for (const [run, server] of open) {
        try {
          for await (const later of this.through(server, run, position, signal)) {
            position = later;
            yield position;
          }
        } catch (error) {
          if (!(error instanceof RedisUnavailable)) throw error;
          failure = error;
        }
      }
      if (failure) throw failure;
      if (open.length === 0) break;
    }
    yield { ...position, endedAt: this.clock.now(), cursors: {} };
  }

  /** The servers that answer, by their run. */
  private async servers(): Promise<{ servers: ReadonlyMap<string, Redis>; failure: RedisUnavailable | null }> {
    const servers = new Map<string, Redis>();
    let failure: RedisUnavailable | null = null;
    for (const server of this.scan.servers()) {
      try {
        if (!server) throw new RedisUnavailable('a primary is down');
        servers.set(await this.scan.runOf(server), server);
      } catch (error) {
        if (!(error instanceof RedisUnavailable)) throw error;
        failure = error;
      }
    }
    if (servers.size === 0) throw failure ?? new RedisUnavailable('no server is known');
    return { servers, failure };
  }

  private async *through(
    server: Redis,
    run: string,
    begun: SweepPosition,
    signal: AbortSignal,
  ): AsyncGenerator<SweepPosition> {
    let position = begun;
    for (let cursor = position.cursors[run] ?? '0'; cursor !== AT_END;) {
      const { customers, next } = await this.scan.page(server, cursor);
      const counts = { ...position.counts };
      for (const outcome of await this.visitAll(customers, position.startedAt, signal)) counts[outcome] += 1;
      cursor = next === '0' ? AT_END : next;
      position = { ...position, counts, cursors: { ...position.cursors, [run]: cursor } };
      yield position;
    }
  }

  private async visitAll(
    customers: readonly FoundCustomer[],
    since: number,
    signal: AbortSignal,
  ): Promise<readonly SweepOutcome[]> {
    const waiting = [...customers];
    const outcomes: SweepOutcome[] = [];
    const work = async (): Promise<void> => {
      for (let customer = waiting.shift(); customer; customer = waiting.shift()) {
        signal.throwIfAborted();
        const outcome = await this.visit(customer, since, signal);
        this.metrics.customers.inc({ outcome });
        outcomes.push(outcome);
      }
    };
    const workers = await Promise.allSettled(Array.from({ length: CONCURRENCY }, work));
    for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
    return outcomes;
  }

  /** One customer that cannot be read does not stop the round. */
  private async visit(customer: FoundCustomer, since: number, signal: AbortSignal): Promise<SweepOutcome> {
    try {
      return await this.visits.visit(customer, since, signal);
    } catch (error) {
      if (signal.aborted || error instanceof RedisUnavailable) throw error;
      this.log.error({ event: 'sweep_visit_failed', err: error }, 'a customer could not be swept');
      return 'failed';
    }
  }
}

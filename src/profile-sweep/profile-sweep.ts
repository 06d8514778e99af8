import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type Logger } from 'pino';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { isoInstant } from '../config/iso-dates.ts';
import { Lifecycle } from '../health/lifecycle.ts';
import { SweepProgress } from '../health/sweep-progress.ts';
import { RedisLeases } from '../redis/lease.ts';
import { errorCode } from '../redis/redis-errors.ts';
import { LinkedAbort } from '../resilience/linked-abort.ts';
import { RecurringTask } from '../resilience/recurring-task.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { SweepMetrics } from './sweep-metrics.ts';
import {
  currentRound,
  isDue,
  NOTHING_COUNTED,
  ofThePast,
  progressOf,
  SWEEP_OUTCOMES,
  type SweepPosition,
} from './sweep-position.ts';
import { SWEEP_LEASE, SweepPositions } from './sweep-positions.ts';
import { SweepRound } from './sweep-round.ts';

/** How often a process checks whether a round is due, and how far it has come. */
export const SWEEP_POLL_INTERVAL_MS = 5000;
const LEASE_TTL_MS = 30_000;

/** Refreshes every linked or cached customer once in each interval. One process does it at a time. */
@Injectable()
export class ProfileSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private task: RecurringTask | null = null;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
    private readonly leases: RedisLeases,
    private readonly positions: SweepPositions,
    private readonly round: SweepRound,
    private readonly metrics: SweepMetrics,
    private readonly progress: SweepProgress,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.sweep) return;
    this.show(null, false);
    const { intervalMs } = this.config.sweep;
    const task = new RecurringTask(this.clock, SWEEP_POLL_INTERVAL_MS, (signal) => this.trySweep(intervalMs, signal));
    this.lifecycle.onDrain(() => void task.stop());
    task.start();
    this.task = task;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.task?.stop();
  }

  /** Never rejects. */
  private async trySweep(intervalMs: number, signal: AbortSignal): Promise<void> {
    try {
      await this.sweepIfDue(intervalMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.metrics.interruptions.inc();
      this.log.debug({ event: 'sweep_interrupted', errorCode: errorCode(error) }, 'the sweep continues later');
    }
  }

  private async sweepIfDue(intervalMs: number, signal: AbortSignal): Promise<void> {
    const found = ofThePast(await this.positions.load(), this.clock.now());
    this.show(found, false);
    if (!isDue(found, intervalMs, this.clock.now())) return;
    const ending = new LinkedAbort(signal);
    const lease = await this.leases.acquire([SWEEP_LEASE], { ttlMs: LEASE_TTL_MS, onLost: ending.abort });
    try {
      if (!lease || lease.granted.length === 0) return;
      // Another process may have finished the round since.
      const position = ofThePast(await this.positions.load(), this.clock.now());
      if (isDue(position, intervalMs, this.clock.now())) await this.sweep(position, lease.owner, ending.signal);
    } finally {
      ending.unlink();
      await lease?.release();
    }
  }

  private async sweep(before: SweepPosition | null, owner: string, signal: AbortSignal): Promise<void> {
    const begun = currentRound(before, this.clock.now());
    let last = begun;
    this.show(begun, true);
    try {
      for await (const position of this.round.from(begun, signal)) {
        if (!(await this.positions.save(position, owner))) throw new Error('another process has the lease');
        last = position;
        this.show(position, true);
      }
    } finally {
      this.show(last, false);
    }
    const detail = SWEEP_OUTCOMES.map((outcome) => `${last.counts[outcome]} ${outcome}`).join(', ');
    this.log.info({ event: 'sweep_ended', detail }, 'every linked or cached customer was visited');
  }

  private show(position: SweepPosition | null, isLeader: boolean): void {
    const instant = (ms: number | null | undefined): string | null => (ms == null ? null : isoInstant(ms));
    this.progress.show({
      isLeader,
      startedAt: instant(position?.startedAt),
      endedAt: instant(position?.endedAt),
      completedAt: instant(position?.endedAt ?? position?.previousEndedAt),
      progress: position ? Math.round(1000 * progressOf(position)) / 1000 : 0,
      customers: position?.counts ?? NOTHING_COUNTED,
    });
  }
}

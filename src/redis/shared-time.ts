import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Cluster, type Redis } from 'ioredis';
import { type Logger } from 'pino';
import { Clock, CLOCK_TOLERANCE_MS } from '../config/clock.ts';
import { LOGGER } from '../telemetry/logger.ts';
import { RedisConnection } from './redis-connection.ts';
import { isReply } from './redis-errors.ts';
import { AGREE_ON_TIME } from './shared-time-script.ts';

const KEY = 'customer-profiles:time';
/** How often the time is agreed on again, while Redis is used. */
const INTERVAL_MS = 1000;

/** The server's answer: epoch ms. */
interface Agreement {
  /** The last time that this process has said; 0: none, as it had to be told. */
  readonly saidLast: number;
  /** What Redis's clock is corrected by. */
  readonly correctionMs: number;
}

/**
 * The time that the processes of one Redis agree on, and the last moment at which that Redis may have lost data. A process that
 * starts takes the time from Redis. When Redis's clock jumps, the processes that have agreed before keep the time and
 * correct it for all. A restart, a failover and a flush of Redis lose data: parts from before are served as stale.
 */
@Injectable()
export class SharedTime implements OnApplicationBootstrap {
  private agreed: Agreement | null = null;
  /** Monotonic milliseconds. */
  private dueAt = -Infinity;
  private underWay: Promise<void> | null = null;
  /** What distinguishes this start of the server from others; null: it does not say; undefined: it has not been asked yet. */
  private run: string | null | undefined;
  private lastRun: string | null = null;
  /** Epoch ms: until the server has said whether this is another run, anything from before may be lost. */
  private connectedAt = -Infinity;
  /** Epoch ms of the last loss that is known of. */
  private lossAt = -Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    connection.client?.on('ready', () => {
      this.run = undefined;
      this.connectedAt = clock.now();
      this.dueAt = -Infinity;
      void this.agree();
    });
    connection.beforeEach(() => void this.agree());
  }

  /** Parts that were asked for before this moment, epoch ms, may have been replaced by later ones that Redis has lost. */
  get lostBefore(): number {
    return this.run === undefined ? Math.max(this.lossAt, this.connectedAt) : this.lossAt;
  }

  /** The connection has waited for Redis; the first requests find an agreement, if Redis answers at all. */
  async onApplicationBootstrap(): Promise<void> {
    await this.connection.connectedAtStart();
    await this.agree();
  }

  /** Agrees on the time, at most once a second. Never fails: while Redis does not answer, the process goes by its own. */
  private agree(): Promise<void> {
    if (this.connection.client?.status !== 'ready' || this.clock.monotonic() < this.dueAt) return Promise.resolve();
    this.dueAt = this.clock.monotonic() + INTERVAL_MS;
    this.underWay = this.ask().catch((error: unknown) => {
      this.log.debug({ event: 'time_not_agreed', errorCode: error instanceof Error ? error.name : 'unknown' }, 'Redis did not tell the time'); // prettier-ignore
    });
    return this.underWay;
  }

  private async ask(): Promise<void> {
    await this.findRun();
    const { agreed } = this;
    const own = agreed ? [this.clock.now(), agreed.correctionMs, agreed.saidLast] : ['', '', ''];
    const askedAt = this.clock.monotonic();
    const reply: unknown = await this.connection.run((redis) =>
      redis.eval(AGREE_ON_TIME, 1, KEY, ...own, this.run ?? '', CLOCK_TOLERANCE_MS),
    );
    if (!Array.isArray(reply) || reply.length !== 3 || !reply.every((one) => Number.isFinite(Number(one)))) return;
    const [then, correctionMs, lostBefore] = reply.map(Number) as [number, number, number];
    const now = then + (this.clock.monotonic() - askedAt) / 2;
    if (!agreed || Math.abs(now - this.clock.now()) > CLOCK_TOLERANCE_MS / 2) this.clock.agreeOn(now);
    if (agreed) this.noteLoss(lostBefore);
    else this.lossAt = Math.max(this.lossAt, lostBefore);
    this.agreed = { saidLast: agreed ? then : 0, correctionMs };
  }

  /** Finds out whether this is another run of the servers. The primaries of a cluster may change on one connection. */
  private async findRun(): Promise<void> {
    if (this.run !== undefined && !(this.connection.client instanceof Cluster)) return;
    const run = await this.runOfServers();
    if (this.lastRun !== null && run !== null && run !== this.lastRun) this.noteLoss(this.clock.now());
    this.lastRun = run ?? this.lastRun;
    this.run = run;
  }

  private noteLoss(at: number): void {
    if (at <= this.lossAt) return;
    this.lossAt = at;
    this.log.warn({ event: 'redis_lost_data' }, 'Redis was restarted, has failed over or was emptied: what it holds is served as stale until it is fetched again'); // prettier-ignore
  }

  /** null when a server does not say. */
  private async runOfServers(): Promise<string | null> {
    const runOf = async (redis: Redis): Promise<string | null> =>
      /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1] ?? null;
    try {
      const runs = await this.connection.run((client) =>
        Promise.all((client instanceof Cluster ? client.nodes('master') : [client]).map(runOf)),
      );
      return runs.includes(null) ? null : runs.sort().join();
    } catch (error) {
      // This user may not ask; or a primary of a cluster is away, whose parts nobody gets.
      if (isReply(error) || this.run !== undefined) return null;
      throw error;
    }
  }
}

import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Cluster, type Redis } from 'ioredis';
import { type Logger } from 'pino';
import { Clock, CLOCK_TOLERANCE_MS } from '../../config/clock.ts';
import { LOGGER } from '../../telemetry/logger.ts';
import { runIdIn } from '../link/redis-topology.ts';
import { RedisConnection } from '../redis-connection.ts';
import { errorCode, isReply } from '../redis-errors.ts';
import { READ_TIME, STORE_TIME } from './shared-time-scripts.ts';
import { agreedTime, errorAfter, type StoredTime } from './time-agreement.ts';

const KEY = 'customer-profiles:time';
/** How often this process agrees on the time again, while it uses Redis. */
const INTERVAL_MS = 1000;
/** An answer that took longer says too little about the present time. */
const MAX_ROUND_TRIP_MS = CLOCK_TOLERANCE_MS / 2;

/** An answer of READ_TIME. */
interface Answer {
  readonly server: number;
  /** As stored; '' when no time is stored. */
  readonly correction: string;
  readonly stored: StoredTime | null;
  readonly run: string;
  readonly lostBefore: number;
  readonly count: number;
}

/** What this process has agreed on. Monotonic milliseconds: since when it agrees, and when it has compared last. */
interface Agreement {
  readonly since: number;
  readonly comparedAt: number;
  /** The correction that it read last. */
  readonly correctionMs: number;
  /** By how much its time may have been wrong then. */
  readonly errorMs: number;
}

/**
 * The time on which the processes of one Redis agree, and the last moment at which that Redis may have lost data. A process
 * that starts takes the time from Redis. When Redis's clock jumps, the processes that have agreed before keep their time
 * and correct it for all. A restart or a failover of Redis loses data: parts from before are served as stale.
 */
@Injectable()
export class SharedTime implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** null: this process does not agree yet. */
  private agreed: Agreement | null = null;
  /** Monotonic milliseconds. */
  private dueAt = -Infinity;
  private inFlight: Promise<void> = Promise.resolve();
  /** The count when this process last stored the time. */
  private count = 0;
  /** The id of this run of the servers; null: they do not say; undefined: not known yet. */
  private run: string | null | undefined;
  private lastRun: string | null = null;
  /** The run that was stored in Redis at the last read. */
  private runBefore = '';
  /** Epoch milliseconds: until the server has reported whether this is another run, anything from before may be lost. */
  private connectedAt = -Infinity;
  /** Epoch milliseconds of the last known loss. */
  private lossAt = -Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly connection: RedisConnection,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    connection.onReady(() => {
      this.run = undefined;
      this.connectedAt = clock.now();
      this.dueAt = -Infinity;
      this.agreeIfDue();
    });
    connection.beforeEach(() => {
      this.agreeIfDue();
    });
  }

  /** Parts from before this moment, in epoch milliseconds, may have been replaced by later ones that Redis has lost. */
  get lostBefore(): number {
    return this.run === undefined ? Math.max(this.lossAt, this.connectedAt) : this.lossAt;
  }

  /** The connection has waited for Redis, so the first requests have an agreed time if Redis answers at all. */
  async onApplicationBootstrap(): Promise<void> {
    await this.connection.connectedAtStart();
    this.agreeIfDue();
    await this.settled();
  }

  /** A write to Redis in progress ends before the connection closes. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.settled();
  }

  /** Resolves when no agreement is in progress. */
  async settled(): Promise<void> {
    await this.inFlight;
  }

  /** Agrees on the time, at most once a second. */
  private agreeIfDue(): void {
    if (!this.connection.isReady || this.clock.monotonic() < this.dueAt) return;
    this.dueAt = this.clock.monotonic() + INTERVAL_MS;
    this.inFlight = this.agree();
  }

  /** Never fails: while Redis does not answer, the process uses its own time. */
  private async agree(): Promise<void> {
    try {
      await this.findRun();
      await this.compare();
    } catch (error) {
      this.log.debug(
        { event: 'time_not_agreed', errorCode: errorCode(error) },
        'the time could not be agreed on with Redis',
      );
    }
  }

  /** Compares its time with Redis's, and takes or corrects it. */
  private async compare(): Promise<void> {
    const askedAt = this.clock.monotonic();
    const answer = readAnswer(await this.connection.run((redis) => redis.eval(READ_TIME, 1, KEY)));
    const answeredAt = this.clock.monotonic();
    if (!answer || answeredAt - askedAt > MAX_ROUND_TRIP_MS) return;
    const answerErrorMs = (answeredAt - askedAt) / 2;
    const server = answer.server + answerErrorMs;
    const { agreed } = this;
    const own = agreed && {
      now: this.clock.now(),
      correctionMs: agreed.correctionMs,
      seniorityMs: answeredAt - agreed.since,
      errorMs: errorAfter(agreed.errorMs, answeredAt - agreed.comparedAt),
    };
    const { now, correctionMs, errorMs } = agreedTime(server, answer.stored, own, answerErrorMs);
    if (now !== own?.now) this.clock.agreeOn(now);
    // A loss is never later than now, even when the time has gone back a little.
    this.connectedAt = Math.min(this.connectedAt, this.clock.now());
    this.lossAt = Math.min(this.lossAt, this.clock.now());
    this.findLoss(answer);
    const since = agreed?.since ?? answeredAt;
    this.agreed = { since, comparedAt: answeredAt, correctionMs: Math.round(correctionMs), errorMs };
    // A process that has just started stores no time that the others must follow, unless none is stored.
    if (own || !answer.stored) await this.store(answer, own?.seniorityMs ?? 0);
  }

  private async store({ correction, run, lostBefore }: Answer, seniorityMs: number): Promise<void> {
    const own = [this.agreed?.correctionMs ?? 0, this.clock.now(), Math.floor(seniorityMs)];
    const loss = Math.max(lostBefore, this.lossAt);
    // A full Redis, or a replica, stores nothing, but its time counts.
    const reply: unknown = await this.connection.tryRun((redis) =>
      redis.eval(
        STORE_TIME,
        1,
        KEY,
        correction,
        ...own,
        this.run ?? run,
        Number.isFinite(loss) ? Math.floor(loss) : 0,
        this.count,
      ),
    );
    if (typeof reply === 'number' && reply > 0) this.count = reply;
  }

  private findLoss({ run, lostBefore, count }: Answer): void {
    // Only once, because a full Redis keeps the old run.
    const isOtherRun = run !== '' && this.run != null && run !== this.run && run !== this.runBefore;
    this.runBefore = run;
    // Redis has a lower count than this process has stored there.
    const isBehind = count > 0 && count < this.count;
    this.noteLoss(isOtherRun || isBehind ? this.clock.now() : lostBefore);
    if (isBehind) this.count = count;
  }

  /** Finds out whether this is another run of the servers. In a cluster the primaries may change on one connection. */
  private async findRun(): Promise<void> {
    if (this.run !== undefined && !(this.connection.client instanceof Cluster)) return;
    const run = await this.runOfServers();
    if (this.lastRun !== null && run !== null && run !== this.lastRun) this.noteLoss(this.clock.now());
    this.lastRun = run ?? this.lastRun;
    this.run = run;
  }

  /** Notes that everything up to `at`, but not after now, may be lost. */
  private noteLoss(at: number): void {
    const lossAt = Math.min(at, this.clock.now());
    if (lossAt > this.lossAt + CLOCK_TOLERANCE_MS && this.agreed)
      this.log.warn(
        { event: 'redis_lost_data' },
        'Redis was restarted, has failed over or was restored: its parts are served as stale until they are fetched again',
      );
    this.lossAt = Math.max(this.lossAt, lossAt);
  }

  /** null when a server does not report it. */
  private async runOfServers(): Promise<string | null> {
    // Another replication id means that the data came from somewhere else.
    const runOf = async (redis: Redis): Promise<string | null> => {
      const [server, replication] = await Promise.all([redis.info('server'), redis.info('replication')]);
      const runId = runIdIn(server);
      return runId === undefined ? null : `${runId}:${/^master_replid:(\w+)/m.exec(replication)?.[1] ?? ''}`;
    };
    try {
      const runs = await this.connection.run((client) =>
        Promise.all((client instanceof Cluster ? client.nodes('master') : [client]).map(runOf)),
      );
      return runs.includes(null) ? null : runs.sort().join();
    } catch (error) {
      // This user has no right to INFO, or a primary of a cluster is down, and no process reads its parts.
      if (isReply(error) || this.run !== undefined) return null;
      throw error;
    }
  }
}

function readAnswer(reply: unknown): Answer | null {
  if (!Array.isArray(reply) || reply.length !== 7) return null;
  const [server = '', correction = '', saidLast = '', seniority = '', run = '', lostBefore = '', count = ''] =
    reply.map(String);
  const stored = { correctionMs: Number(correction), saidLast: Number(saidLast), seniorityMs: Number(seniority) };
  if (!Number.isFinite(Number(server)) || !Object.values(stored).every(Number.isFinite)) return null;
  return {
    server: Number(server),
    correction,
    stored: correction === '' ? null : stored,
    run,
    // 0: there was no loss.
    lostBefore: Number(lostBefore) || -Infinity,
    count: Number(count),
  };
}

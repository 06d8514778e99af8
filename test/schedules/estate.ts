import { type Redis } from 'ioredis';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { ERASURE_VARIABLES } from '../customer-erasures/erasing.ts';
import { rawRedis } from '../support/raw-redis.ts';
import { advanceRedis } from '../support/redis-time.ts';
import { sandboxVariables, type Variables } from '../support/service.ts';
import { startSwitchboard, type Switchboard } from '../support/switchboard.ts';
import { RedisRelay } from './redis-relay.ts';
import { RedisStandby, type Successor } from './redis-standby.ts';
import { PROCESSES, type Setting, type Span } from './schedule.ts';

/** The times of a form of the estate, in milliseconds of its time. */
export interface Times {
  readonly localMs: number;
  readonly failureMs: number;
  readonly freshMs: number;
  readonly disconnectedMs: number;
  /** How long a request may take, whatever happens; after it, it counts as hung. */
  readonly hungMs: number;
}

/** Runs processes of the service, in this process by a virtual clock, or as processes of their own in real time. */
export interface Host {
  readonly times: Times;
  /** Whether the time that passes is not the machine's, so that Redis does not know of it. */
  readonly isVirtual: boolean;
  /** Milliseconds that have passed for the services; no clock that jumps. */
  now(): number;
  /** Starts a process, new or in place of one that ended. */
  start(index: number, variables: Variables): Promise<void>;
  url(index: number): string;
  /** Tells one to end as it does at a deployment. @returns when it has */
  end(index: number): Promise<void>;
  /** Ends one at once. */
  kill(index: number): Promise<void>;
  /** Stops one for a while, and lets it go on. */
  pause(index: number): Promise<void>;
  jump(index: number, hours: number): Promise<void>;
  pass(ms: number): Promise<void>;
  /** The result, after as much time as it takes. @throws Error when it takes more than `hungMs` */
  finish<T>(what: string, work: Promise<T>): Promise<T>;
  /** How much time has passed that Redis, which has a clock of its own, does not know of; 0 from then on. */
  takeUnknownToRedis(): number;
  /** Lets the work begun so far get under way. */
  moment(): Promise<void>;
  close(): Promise<void>;
}

export const SMALL_QUOTA = 12;

/** Three processes, a Redis that each reaches through a relay of its own, and both upstreams for two organisations. */
export class Estate {
  isFrozen = false;
  readonly cut = new Set<number>();
  /** What these say to Redis is on its way until they are connected again. */
  readonly late = new Set<number>();
  /** These reach Redis, and hear nothing of the others. */
  readonly deaf = new Set<number>();
  readonly standby: RedisStandby;
  redis!: LocalRedis;
  raw!: Redis;
  private switchboard!: Switchboard;
  private readonly relays: RedisRelay[] = [];
  private readonly folder = mkdtempSync(join(tmpdir(), 'schedule-'));

  /** When each process last lost Redis, in milliseconds of the host. */
  private readonly lostAt = new Map<number, number>();

  readonly host: Host;
  readonly setting: Setting;

  private constructor(host: Host, setting: Setting) {
    this.host = host;
    this.setting = setting;
    this.standby = new RedisStandby(host, this.folder, () => this.redis);
  }

  static async open(host: Host, setting: Setting): Promise<Estate> {
    const estate = new Estate(host, setting);
    [estate.redis, estate.switchboard] = await Promise.all([startRedis(), startSwitchboard()]);
    estate.raw = rawRedis(estate.redis.url);
    writeFileSync(join(estate.folder, 'organisations.json'), estate.switchboard.organisations);
    for (const index of PROCESSES) estate.relays[index] = await RedisRelay.open(estate.redis.port);
    await Promise.all(PROCESSES.map((index) => host.start(index, estate.variables(index))));
    for (const index of PROCESSES) await estate.reached(index);
    return estate;
  }

  get sandboxes(): Switchboard['sandboxes'] {
    return this.switchboard.sandboxes;
  }

  url(index: number): string {
    return this.host.url(index);
  }

  span(span: Span): number {
    const { localMs, failureMs, freshMs, disconnectedMs } = this.host.times;
    return (
      { moment: 100, local: localMs, failure: failureMs, fresh: freshMs, disconnected: disconnectedMs }[span] * 1.2
    );
  }

  /** So much time passes. Processes that reach Redis have then asked it: many commands of theirs may have timed out at once. */
  async pass(ms: number): Promise<void> {
    await this.host.pass(ms);
    await this.ageRedis();
    await this.allReached();
  }

  /** What lies in Redis gets as old as time has passed for the services. */
  async ageRedis(): Promise<void> {
    if (this.isFrozen) return;
    const ms = this.host.takeUnknownToRedis();
    if (ms > 0) await advanceRedis(this.raw, ms);
  }

  freeze(): void {
    for (const index of PROCESSES) this.lose(index);
    this.redis.freeze();
    this.isFrozen = true;
  }

  async thaw(): Promise<void> {
    if (!this.isFrozen) return;
    this.letRedisGoOn();
    await this.ageRedis();
    await this.allReached();
  }

  letRedisGoOn(): void {
    if (this.isFrozen) this.redis.thaw();
    this.isFrozen = false;
  }

  /** For how long the process has not reached Redis; 0: it does. */
  lostForMs(index: number): number {
    return this.reaches(index) ? 0 : this.host.now() - (this.lostAt.get(index) ?? this.host.now());
  }

  /** Whether the process can ask Redis and hear the others. */
  reaches(index: number): boolean {
    return !this.isFrozen && !this.cut.has(index) && !this.late.has(index);
  }

  async cutOff(index: number): Promise<void> {
    if (this.cut.has(index)) return;
    this.lose(index);
    this.cut.add(index);
    this.late.delete(index);
    this.deaf.delete(index);
    await this.relays[index]?.close();
  }

  delay(index: number): void {
    if (this.cut.has(index)) return;
    this.lose(index);
    this.late.add(index);
    this.relays[index]?.delay();
  }

  /** Resolves when the process has noticed, as it does at once. */
  async deafen(index: number): Promise<void> {
    if (!this.reaches(index)) return;
    this.deaf.add(index);
    this.relays[index]?.deafen();
    await this.found(index, 'notices that it hears nothing', ({ subscribed }) => subscribed !== true);
  }

  async connect(): Promise<void> {
    for (const index of [...this.cut]) {
      await this.relay(index);
      this.cut.delete(index);
      await this.reached(index);
    }
    for (const index of new Set([...this.late, ...this.deaf])) {
      this.recover(index);
      if (this.reaches(index)) await this.reached(index);
    }
  }

  /** What is on its way arrives, and the process hears the others. */
  recover(index: number): void {
    this.relays[index]?.recover();
    this.late.delete(index);
    this.deaf.delete(index);
  }

  async restart(index: number): Promise<void> {
    await this.host.kill(index);
    await this.host.start(index, this.variables(index));
    if (this.reaches(index)) await this.reached(index);
  }

  /** Another Redis at the same place, with nothing in it. */
  async restartRedis(): Promise<void> {
    const { port } = this.redis;
    await this.standby.close();
    await this.redis.kill();
    await this.succeed({ redis: await startRedis({ port }), behindMs: 0 });
  }

  /** The replica takes the place of Redis. */
  async failOver(): Promise<void> {
    const successor = await this.standby.failOver();
    await (successor ? this.succeed(successor) : this.restartRedis());
  }

  /** Another Redis at the same place, with what the last file has. */
  async restore(): Promise<void> {
    const successor = await this.standby.restore();
    await (successor ? this.succeed(successor) : this.restartRedis());
  }

  async close(): Promise<void> {
    this.letRedisGoOn();
    await this.host.close();
    this.raw.disconnect();
    await this.standby.close();
    await Promise.all([
      ...this.relays.map((relay, at) => (this.cut.has(at) ? null : relay.close())),
      this.switchboard.close(),
    ]);
    await this.redis.kill();
    rmSync(this.folder, { recursive: true });
  }

  /** Resolves when the process uses Redis and hears the others. @throws Error when it does not */
  reached(index: number): Promise<void> {
    const hears = (subscribed: unknown): boolean => this.deaf.has(index) || subscribed !== false;
    return this.found(
      index,
      'reaches Redis',
      ({ state, breaker, subscribed }) => state === 'ready' && breaker !== 'open' && hears(subscribed),
    );
  }

  /** Waits for what a process says of its Redis. */
  private async found(index: number, what: string, isSo: (redis: Record<string, unknown>) => boolean): Promise<void> {
    const end = this.host.now() + this.host.times.hungMs;
    for (;;) {
      const answer = await fetch(`${this.url(index)}/health/dependencies`);
      const { redis } = (await answer.json()) as { redis: Record<string, unknown> };
      if (isSo(redis)) return;
      if (this.host.now() > end) throw new Error(`process ${index} never ${what}`);
      await this.host.pass(50);
    }
  }

  /** Each process finds another Redis where it looks for it. */
  private async succeed({ redis, behindMs }: Successor): Promise<void> {
    this.raw.disconnect();
    this.redis = redis;
    this.raw = rawRedis(redis.url);
    this.host.takeUnknownToRedis();
    if (this.host.isVirtual) await advanceRedis(this.raw, behindMs);
    for (const index of PROCESSES) {
      if (this.cut.has(index)) continue;
      await this.relays[index]?.close();
      await this.relay(index);
    }
    await this.allReached();
  }

  /** Where the process looks for Redis, there it is. */
  private async relay(index: number): Promise<void> {
    this.relays[index] = await RedisRelay.open(this.redis.port, this.relays[index]?.port);
    this.late.delete(index);
    this.deaf.delete(index);
  }

  private async allReached(): Promise<void> {
    for (const index of PROCESSES) if (this.reaches(index)) await this.reached(index);
  }

  private lose(index: number): void {
    if (this.reaches(index)) this.lostAt.set(index, this.host.now());
  }

  private variables(index: number): Variables {
    const { times } = this.host;
    const seconds = (ms: number): string => String(ms / 1000);
    return sandboxVariables(this.switchboard.url, {
      ...{ RESELLER_API_KEY: '', RESELLER_CLIENT_SECRET: '', BILLING_API_KEY: '', BILLING_ORGANISATION: '' },
      ORGANISATIONS_FILE: join(this.folder, 'organisations.json'),
      REDIS_URL: `redis://127.0.0.1:${this.relays[index]?.port}`,
      ...ERASURE_VARIABLES,
      LOG_LEVEL: 'info',
      REDIS_TIMEOUT_MS: '500',
      BILLING_CONNECTORS: 'stripe,xero',
      CACHE_FRESH_SECONDS: seconds(times.freshMs),
      CACHE_FAILURE_SECONDS: seconds(times.failureMs),
      CACHE_LOCAL_SECONDS: this.setting.copies ? seconds(times.localMs) : '0',
      CACHE_DISCONNECTED_SECONDS: seconds(times.disconnectedMs),
      CACHE_DISCONNECTED_MODE: this.setting.refuses ? 'refuse' : 'stale',
      CACHE_REFRESH_WAIT_MS: '50',
      ...(this.setting.sealed ? { CACHE_ENCRYPTION_KEYS: `a:${Buffer.alloc(32, 7).toString('base64')}` } : {}),
      ...(this.setting.smallQuota
        ? { RESELLER_QUOTA_CALLS: String(SMALL_QUOTA), RESELLER_QUOTA_CALLS_LOCAL: '4' }
        : {}),
    });
  }
}

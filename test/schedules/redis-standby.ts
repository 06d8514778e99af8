import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRedisServer, type LocalRedis, startRedis } from '../../sandbox/redis/local-redis.ts';
import { leaveBehind, replicated } from '../rehearsal/failover/failing-over.ts';
import { rawRedis } from '../support/raw-redis.ts';
import { type Host } from './estate.ts';

const FILE = 'older.rdb';

/** A Redis in the place of a lost one, and how long ago it had all that the lost one had. */
export interface Successor {
  readonly redis: LocalRedis;
  readonly behindMs: number;
}

/** What takes the place of a Redis that is lost: a replica, which may lag, or a server that starts from an older file. */
export class RedisStandby {
  private replica: LocalRedis | null = null;
  private behindSince: number | null = null;
  private savedAt: number | null = null;

  private readonly host: Host;
  private readonly folder: string;
  private readonly primary: () => LocalRedis;

  /** @param folder for the file */
  constructor(host: Host, folder: string, primary: () => LocalRedis) {
    this.host = host;
    this.folder = folder;
    this.primary = primary;
  }

  /** Without a `redis-server` of its own there is neither: then a Redis that is lost is followed by an empty one. */
  private get isPossible(): boolean {
    return findRedisServer() !== null;
  }

  /** The replica has all that was written until now, and nothing of what is written later. */
  async fallBehind(): Promise<void> {
    if (!this.isPossible || this.behindSince !== null) return;
    const replica = await this.follow();
    await leaveBehind(this.primary(), replica);
    this.behindSince = this.host.now();
  }

  /** Keeps what Redis has now in a file. */
  async save(): Promise<void> {
    if (!this.isPossible) return;
    const raw = rawRedis(this.primary().url);
    await raw.save();
    const [, folder = ''] = await raw.config('GET', 'dir');
    raw.disconnect();
    // A server that was restored has saved it there.
    if (folder !== this.folder) copyFileSync(join(folder, 'dump.rdb'), join(this.folder, FILE));
    this.savedAt = this.host.now();
  }

  /** Kills the primary, and makes the replica one. @returns null when there is none */
  async failOver(): Promise<Successor | null> {
    if (!this.isPossible) return null;
    const replica = await this.follow();
    const behindSince = this.behindSince ?? this.host.now();
    if (this.behindSince === null) await replicated(this.primary());
    await this.primary().kill();
    replica.thaw();
    const raw = rawRedis(replica.url);
    await raw.replicaof('NO', 'ONE');
    raw.disconnect();
    this.forget();
    return { redis: replica, behindMs: this.host.now() - behindSince };
  }

  /** Kills the primary, and starts one with the last file. @returns null when there is none */
  async restore(): Promise<Successor | null> {
    if (this.savedAt === null) return null;
    await this.close();
    const { port } = this.primary();
    await this.primary().kill();
    const redis = await startRedis({ port, args: ['--dir', this.folder, '--dbfilename', FILE] });
    return { redis, behindMs: this.host.now() - this.savedAt };
  }

  /** Ends the replica, as its primary is lost. */
  async close(): Promise<void> {
    await this.replica?.kill();
    this.forget();
  }

  private async follow(): Promise<LocalRedis> {
    if (this.replica) return this.replica;
    const { url, port } = this.primary();
    const raw = rawRedis(url);
    await raw.config('SET', 'repl-diskless-sync-delay', '0');
    raw.disconnect();
    this.replica = await startRedis({ args: ['--replicaof', `127.0.0.1 ${port}`] });
    return this.replica;
  }

  private forget(): void {
    this.replica = null;
    this.behindSince = null;
  }
}

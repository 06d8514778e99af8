import { Injectable } from '@nestjs/common';
import { Clock, type Timer } from '../config/clock.ts';
import { FairQueue } from './fair-queue.ts';
import { RecentCallers } from './recent-callers.ts';
import { TokenBucket } from './token-bucket.ts';

export const WORK_TURNS = {
  /** The share of the process's time that one owner's pieces may take while other callers send many requests. */
  shareBesideOthers: 0.08,
  /** The time that an owner may take before its share matters: several cold reads. */
  burstMs: 30,
  /** A piece never counts as more: a process that stood still has not worked. */
  maxPieceMs: 50,
  /** A piece waits no longer for its owner's share, however much the owner sends. */
  maxPauseMs: 500,
  /** Owners whose shares are remembered. */
  maxOwners: 1000,
} as const;

/** The owner of work that has no share. */
export const NO_OWNER = '';

interface Piece {
  /** Whose share it takes. */
  readonly owner: string;
  /** Monotonic milliseconds. */
  readonly since: number;
  readonly begin: () => void;
}

/**
 * Gives each piece of longer work its own turn of the event loop: reading an upstream's answer, merging a record, beginning a batch.
 * Probes and warm reads are answered between two pieces, however many wait. Owners take turns. While other callers send many
 * requests, the pieces of one owner wait until it has its share of the time.
 */
@Injectable()
export class WorkTurns {
  private readonly waiting = new FairQueue<Piece>();
  /** Of the owners whose pieces were last. */
  private readonly shares = new Map<string, TokenBucket>();
  private isPlanned = false;
  private running: { readonly owner: string; readonly beganAt: number } | null = null;
  /** Set while pieces wait and none may begin. */
  private pause: { readonly since: number; readonly timer: Timer } | null = null;
  private pausedBeforeMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly recent: RecentCallers,
  ) {}

  /** How long, in all, pieces have waited for their owners' shares and for nothing else. */
  get pausedMs(): number {
    return this.pausedBeforeMs + (this.pause ? this.clock.monotonic() - this.pause.since : 0);
  }

  /** Whether the owner has used up its share of the time. */
  isHeldBack(owner: string): boolean {
    const share = this.isShared(owner) ? this.shares.get(owner) : undefined;
    return share !== undefined && share.left(this.clock.monotonic()) < WORK_TURNS.burstMs / 2;
  }

  /**
   * Resolves in a turn of the event loop in which no other piece begins. Pieces of one owner keep their order.
   * @param owner the caller that waits for the work; `NO_OWNER`: nobody does
   */
  next(owner: string): Promise<void> {
    return this.inLane(`work of ${owner}`, owner);
  }

  /**
   * As `next`, for the end of a caller's read: it takes turns with the answers of other callers, and waits for no share, because the answer
   * would come too late.
   */
  nextAnswer(caller: string): Promise<void> {
    return this.inLane(`answers of ${caller}`, NO_OWNER);
  }

  private inLane(lane: string, owner: string): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.add(lane, { owner, since: this.clock.monotonic(), begin: resolve });
      this.plan();
    });
  }

  private plan(): void {
    if (this.isPlanned) return;
    this.isPlanned = true;
    setImmediate(this.begin);
    // It follows at once, so nothing but the piece comes in between.
    setImmediate(this.end);
  }

  private readonly begin = (): void => {
    const now = this.clock.monotonic();
    const piece = this.waiting.next((first) => this.pauseMs(first, now) === 0);
    if (!piece) return;
    this.endPause(now);
    this.running = { owner: piece.owner, beganAt: now };
    piece.begin();
  };

  private readonly end = (): void => {
    this.isPlanned = false;
    const { running } = this;
    if (running) this.charge(running);
    this.running = null;
    if (this.waiting.length === 0) return;
    if (running) this.plan();
    else this.planAfterPause();
  };

  /** How long this piece, the first one of its owner, must not begin. */
  private pauseMs({ owner, since }: Piece, now: number): number {
    const share = this.shares.get(owner);
    if (!share || !this.isShared(owner)) return 0;
    return Math.max(0, Math.min(share.waitMs(0, now), since + WORK_TURNS.maxPauseMs - now));
  }

  private charge({ owner, beganAt }: { readonly owner: string; readonly beganAt: number }): void {
    if (!this.isShared(owner)) return;
    const now = this.clock.monotonic();
    const share = this.shares.get(owner) ?? new TokenBucket(1000 * WORK_TURNS.shareBesideOthers, WORK_TURNS.burstMs);
    share.take(Math.min(now - beganAt, WORK_TURNS.maxPieceMs), now);
    this.shares.delete(owner);
    this.shares.set(owner, share);
    // There is one, as one was added just now.
    const [last] = this.shares.keys() as unknown as readonly [string];
    if (this.shares.size > WORK_TURNS.maxOwners) this.shares.delete(last);
  }

  /** Whether the owner has only a share of the time. */
  private isShared(owner: string): boolean {
    return owner !== NO_OWNER && this.recent.areManyBut(owner);
  }

  private planAfterPause(): void {
    const now = this.clock.monotonic();
    const waitMs = Math.min(...[...this.waiting.firsts()].map((first) => this.pauseMs(first, now)));
    this.pause?.timer.cancel();
    const timer = this.clock.after(Math.ceil(waitMs), () => {
      this.plan();
    });
    this.pause = { since: this.pause?.since ?? now, timer };
  }

  private endPause(now: number): void {
    if (!this.pause) return;
    this.pause.timer.cancel();
    this.pausedBeforeMs += now - this.pause.since;
    this.pause = null;
  }
}

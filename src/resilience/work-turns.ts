import { Injectable } from '@nestjs/common';
import { Clock, type Timer } from '../config/clock.ts';
import { FairQueue } from './fair-queue.ts';
import { RecentCallers } from './recent-callers.ts';
import { TokenBucket } from './token-bucket.ts';

export const WORK_TURNS = {
  /**
   * The share of the process's time that one owner's pieces may take while other callers send many requests. Sockets and garbage, which
   * no piece shows, take about three times as much again.
   */
  shareBesideOthers: 0.025,
  /** The time that an owner may take before its share matters: several cold reads. */
  burstMs: 20,
  /** A piece never counts as more: a process that stood still has not worked. */
  maxPieceMs: 50,
  /** An owner never owes more, so that it has its share again soon after it has stopped: in two seconds. */
  maxDebtMs: 50,
  /** A beginning waits no longer for its owner's share. */
  maxPauseMs: 1000,
  /** A turn whose pieces have taken so long begins no further one. */
  turnMs: 3,
  /** A turn begins no more pieces. */
  piecesATurn: 24,
  /** Owners whose shares are remembered. */
  maxOwners: 1000,
} as const;

/** The owner of work that has no share. */
export const NO_OWNER = '';

interface Piece {
  /** Whose share it takes. */
  readonly owner: string;
  /** Whether it waits until its owner has time of its share. */
  readonly isNew: boolean;
  readonly begin: () => void;
}

/**
 * Gives longer work its turns of the event loop, in pieces: reading an upstream's answer, merging a record, beginning a batch. Probes and
 * warm reads are answered between two turns, however many pieces wait. Owners take turns. A turn begins with any piece, and continues for a
 * few milliseconds while the next piece's owner is alone: the other callers send few requests, and the commands to Redis of one turn go out
 * together. All pieces of an owner count against its share of the time. While other callers send many requests, an owner that has used it
 * up begins nothing new until it has time again. What has begun goes on: paused halfway, it would keep its memory for that long.
 */
@Injectable()
export class WorkTurns {
  private readonly waiting = new FairQueue<Piece>();
  /** Of the owners whose pieces were last. */
  private readonly shares = new Map<string, TokenBucket>();
  private isPlanned = false;
  private turnBeganAt = 0;
  private mayContinue = false;
  private running: { readonly owner: string; readonly beganAt: number } | null = null;
  /** Set while pieces wait and none may begin. */
  private pause: { readonly since: number; readonly timer: Timer } | null = null;
  private pausedBeforeMs = 0;

  constructor(
    private readonly clock: Clock,
    private readonly recent: RecentCallers,
  ) {}

  /** How long, in all, beginnings have waited for their owners' shares while nothing else was to be done. */
  get pausedMs(): number {
    return this.pausedBeforeMs + (this.pause ? this.clock.monotonic() - this.pause.since : 0);
  }

  /** Whether the owner has used up its share of the time. */
  isHeldBack(owner: string): boolean {
    const share = this.isShared(owner) ? this.shares.get(owner) : undefined;
    return share !== undefined && share.left(this.clock.monotonic()) < WORK_TURNS.burstMs / 2;
  }

  /**
   * Resolves in a turn of the event loop, with no more pieces than fit into a few milliseconds. Pieces of one owner keep their order.
   * @param owner the caller whose request caused the work; `NO_OWNER`: none did
   */
  next(owner: string): Promise<void> {
    return this.inLane(`work of ${owner}`, owner);
  }

  /** As `next`, for the end of a caller's read, which takes turns with all that the caller has begun. */
  nextAnswer(caller: string): Promise<void> {
    return this.inLane(`answers of ${caller}`, caller);
  }

  /**
   * As `next`, for work that has not begun: it waits until the caller has time of its share.
   * @param withinMs the longest wait; never more than `maxPauseMs`
   * @returns whether the caller had it within that time; if not, do not begin
   */
  nextBeginning(caller: string, withinMs: number): Promise<boolean> {
    const lane = `beginnings of ${caller}`;
    return new Promise((resolve) => {
      const begin = (): void => {
        late.cancel();
        resolve(true);
      };
      const piece: Piece = { owner: caller, isNew: true, begin };
      const late = this.clock.after(Math.min(withinMs, WORK_TURNS.maxPauseMs), () => {
        this.waiting.remove(lane, piece);
        void this.nextAnswer(caller).then(() => {
          resolve(false);
        });
      });
      this.add(lane, piece);
    });
  }

  private inLane(lane: string, owner: string): Promise<void> {
    return new Promise((begin) => {
      this.add(lane, { owner, isNew: false, begin });
    });
  }

  private add(lane: string, piece: Piece): void {
    this.waiting.add(lane, piece);
    this.plan();
  }

  private plan(): void {
    if (this.isPlanned) return;
    this.isPlanned = true;
    setImmediate(this.beginTurn);
    // These follow at once, so nothing but the pieces comes in between.
    for (let piece = 1; piece < WORK_TURNS.piecesATurn; piece += 1) setImmediate(this.continueTurn);
    setImmediate(this.endTurn);
  }

  private readonly beginTurn = (): void => {
    const now = this.clock.monotonic();
    this.turnBeganAt = now;
    this.beginNext(now);
    this.mayContinue = true;
  };

  private readonly continueTurn = (): void => {
    if (!this.mayContinue || this.waiting.length === 0) return;
    const now = this.clock.monotonic();
    const next = this.waiting.peek((first) => this.pauseMs(first, now) === 0);
    const isAlone = next !== undefined && !this.recent.areManyBut(next.owner);
    this.mayContinue = isAlone && now - this.turnBeganAt < WORK_TURNS.turnMs;
    if (this.mayContinue) this.beginNext(now);
  };

  private readonly endTurn = (): void => {
    this.isPlanned = false;
    const { running } = this;
    if (running) this.charge(running);
    this.running = null;
    if (this.waiting.length === 0) return;
    if (running) this.plan();
    else this.planAfterPause();
  };

  private beginNext(now: number): void {
    const piece = this.waiting.next((first) => this.pauseMs(first, now) === 0);
    if (!piece) return;
    this.endPause(now);
    if (this.running) this.charge(this.running);
    this.running = { owner: piece.owner, beganAt: now };
    piece.begin();
  }

  /** How long this piece, the first one of its lane, must not begin. */
  private pauseMs({ owner, isNew }: Piece, now: number): number {
    return isNew && this.isShared(owner) ? (this.shares.get(owner)?.waitMs(0, now) ?? 0) : 0;
  }

  private charge({ owner, beganAt }: { readonly owner: string; readonly beganAt: number }): void {
    if (!this.isShared(owner)) return;
    const now = this.clock.monotonic();
    const share = this.shares.get(owner) ?? new TokenBucket(1000 * WORK_TURNS.shareBesideOthers, WORK_TURNS.burstMs);
    const most = share.left(now) + WORK_TURNS.maxDebtMs;
    share.take(Math.min(now - beganAt, WORK_TURNS.maxPieceMs, most), now);
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

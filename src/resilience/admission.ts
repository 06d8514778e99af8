import { type Clock } from '../config/clock.ts';
import { AdmissionWidth } from './admission-width.ts';
import { FairQueue } from './fair-queue.ts';
import { type Demand } from './single-flight.ts';

/** Work that requests admission. */
export interface Arrival {
  /** `single`: a caller waits only for this. `batch`: a caller waits for many. `background`: nobody waits. In the order of precedence. */
  readonly kind: 'single' | 'batch' | 'background';
  /** Owners take turns. */
  readonly owner: string;
  /** How long the work may take, including its wait. */
  readonly withinMs: number;
}

export const ADMISSION = {
  /** With this much waiting work, new work is refused, however long it could wait. */
  maxQueue: 4096,
  /**
   * The share of its spare time that work may spend waiting. It leaves a margin, because the estimate of the wait uses the
   * recent speed, which may drop.
   */
  queueShare: 0.3,
  /** How much work of an owner is in progress at most while it has used up its share of the process's time. */
  heldBackWidth: 8,
} as const;

/** The weight of the last piece of work in the estimate of the next one's duration. */
const SMOOTHING = 0.05;

interface Waiting {
  readonly owner: string;
  readonly demand: Demand;
  /** Begins the work, or refuses it. */
  readonly end: (begins: boolean) => void;
}

/**
 * Admits work to a process with limited capacity. The width follows the capacity: it shrinks while the process has no idle
 * time, and grows again while it has. An owner that has used up its share of the process's time has little work in progress. Other
 * work waits for its turn, or is refused: at once when it could not end in time, or at its turn when its callers' time is over or too
 * short by then.
 */
export class Admission {
  private readonly widths: AdmissionWidth;
  private running = 0;
  private readonly runningOf = new Map<string, number>();
  private readonly singles = new FairQueue<Waiting>();
  private readonly batches = new FairQueue<Waiting>();
  /** The smoothed duration of ended work; null: none has ended. */
  private workMs: number | null = null;

  /** @param isHeldBack whether this owner has used up its share of the process's time */
  constructor(
    private readonly clock: Clock,
    private readonly isHeldBack: (owner: string) => boolean,
  ) {
    this.widths = new AdmissionWidth(clock);
  }

  get width(): number {
    return this.widths.current;
  }

  get inFlight(): number {
    return this.running;
  }

  /** How much work of this owner is in progress. */
  inFlightOf(owner: string): number {
    return this.runningOf.get(owner) ?? 0;
  }

  get queued(): number {
    return this.singles.length + this.batches.length;
  }

  /**
   * Whether the work could not end in time. Then do not admit it.
   * @param expected how much other work is about to arrive before it
   */
  refuses(arrival: Arrival, expected = 0): boolean {
    this.widths.adapt(this.running);
    this.beginNext();
    if (this.mayBegin(arrival.owner, expected)) return false;
    if (arrival.kind === 'background' || this.queued + expected >= ADMISSION.maxQueue) return true;
    const spareMs = arrival.withinMs - this.typicalMs;
    return this.waitMs(arrival, expected) > spareMs * ADMISSION.queueShare;
  }

  /**
   * Waits for the turn of the work, which may come at once.
   * @param demand for how long somebody wants the work
   * @returns the function to call once when the work has ended, or a promise of it; undefined: nobody wants the work any longer, or it
   * could not end in time any more. Then do not begin it.
   */
  admit(arrival: Arrival, demand: Demand): (() => void) | Promise<(() => void) | undefined> {
    if (this.mayBegin(arrival.owner)) return this.begin(arrival.owner);
    return this.wait(arrival, demand);
  }

  private get typicalMs(): number {
    return this.workMs ?? 0;
  }

  /** How long the work would wait for the work ahead of it, at the recent speed (Little's law). */
  private waitMs({ kind, owner }: Arrival, expected: number): number {
    const others = kind === 'single' ? this.singles.ahead(owner) : this.singles.length + this.batches.ahead(owner);
    const own = this.singles.of(owner) + (kind === 'single' ? 0 : this.batches.of(owner));
    // An owner that is held back waits for its own work alone.
    const [ahead, running] = this.isLimited(owner) ? [own, this.inFlightOf(owner)] : [others, this.running];
    return ((ahead + expected + 1) * this.typicalMs) / running;
  }

  private mayBegin(owner: string, expected = 0): boolean {
    return this.running + expected < this.width && !this.isLimited(owner);
  }

  private isLimited(owner: string): boolean {
    return this.inFlightOf(owner) >= ADMISSION.heldBackWidth && this.isHeldBack(owner);
  }

  private wait({ kind, owner }: Arrival, demand: Demand): Promise<(() => void) | undefined> {
    const queue = kind === 'single' ? this.singles : this.batches;
    const turn = Promise.withResolvers<(() => void) | undefined>();
    const { signal } = demand;
    const end = (begins: boolean): void => {
      signal.removeEventListener('abort', leave);
      turn.resolve(begins ? this.begin(owner) : undefined);
    };
    const waiting: Waiting = { owner, demand, end };
    const leave = (): void => {
      queue.remove(owner, waiting);
      end(false);
    };
    queue.add(owner, waiting);
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave);
    return turn.promise;
  }

  private begin(owner: string): () => void {
    this.count(owner, 1);
    const beganAt = this.clock.monotonic();
    return () => {
      this.widths.adapt(this.running);
      this.count(owner, -1);
      const tookMs = this.clock.monotonic() - beganAt;
      this.workMs = this.workMs === null ? tookMs : this.workMs + SMOOTHING * (tookMs - this.workMs);
      this.beginNext();
    };
  }

  private count(owner: string, change: 1 | -1): void {
    this.running += change;
    const own = this.inFlightOf(owner) + change;
    if (own === 0) this.runningOf.delete(owner);
    else this.runningOf.set(owner, own);
  }

  private beginNext(): void {
    const may = ({ owner }: Waiting): boolean => !this.isLimited(owner);
    while (this.running < this.width) {
      const next = this.singles.next(may) ?? this.batches.next(may);
      if (!next) return;
      next.end(next.demand.wantedUntil - this.clock.monotonic() >= this.typicalMs);
    }
  }
}

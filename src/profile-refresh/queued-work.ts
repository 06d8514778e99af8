import { type Work } from '../resilience/single-flight.ts';

/** Work that begins when its turn comes, or never, when nobody wants it any longer or it could not end in time. */
export class QueuedWork<T> implements Work<T, T> {
  readonly result: Promise<T>;
  readonly joinableUntil: Promise<unknown>;
  private work: Work<T, T> | undefined;

  /**
   * @param turn resolves with the function to call when the work has ended; undefined: do not begin
   * @param before the result while the work has not begun, and when it never begins
   */
  constructor(
    turn: Promise<(() => void) | undefined>,
    begin: (end: () => void) => Work<T, T>,
    private readonly before: T,
  ) {
    const begun = this.beginAt(turn, begin);
    this.result = begun.then((work) => work?.result ?? before);
    this.joinableUntil = begun.then((work) => work?.joinableUntil);
  }

  readonly soFar = (): T => this.work?.soFar() ?? this.before;

  private async beginAt(
    turn: Promise<(() => void) | undefined>,
    begin: (end: () => void) => Work<T, T>,
  ): Promise<Work<T, T> | undefined> {
    const end = await turn;
    if (end) this.work = begin(end);
    return this.work;
  }
}

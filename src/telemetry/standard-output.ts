import { fstatSync, write, writeSync } from 'node:fs';
import { type Clock, type Timer } from '../config/clock.ts';
import { LineBuffer } from './line-buffer.ts';

const STANDARD_OUTPUT = 1;
/** A line waits at most this long for others, so that a busy process writes many at once. */
const WRITE_INTERVAL_MS = 100;
const WRITE_AT_LENGTH = 64 * 1024;
/** The reader is slow, but reads on. */
const BUSY_RETRY_MS = 10;
/** The disk is full, or the reader has gone. */
const FAILED_RETRY_MS = 1000;
/** A process that ends waits at most this long for its reader. */
const END_WAIT_MS = 500;

/**
 * Writes log lines to the standard output, in batches. It never waits, throws or ends the process. With a full disk, or a
 * reader that has stalled or left, it drops and counts the lines beyond a bound, and retries until it can write again.
 */
export class StandardOutput {
  private readonly lines = new LineBuffer();
  /** Lines that are never dropped, with what to call once they are written. They go before the others. */
  private readonly sure: { readonly bytes: Buffer; readonly onWritten: () => void }[] = [];
  /** The sure lines that are being written, in one piece; null: none. */
  private batch: { bytes: Buffer; readonly onWritten: readonly (() => void)[] } | null = null;
  private readonly neverBlocks: boolean;
  private state: 'idle' | 'writing' | 'retrying' = 'idle';
  private timer: Timer | null = null;
  private reported = 0;
  private notifyRecovered: (lines: number) => void = () => undefined;

  /** @param descriptor an open file descriptor, for tests */
  constructor(
    private readonly clock: Clock,
    private readonly descriptor = STANDARD_OUTPUT,
  ) {
    this.neverBlocks = descriptor === STANDARD_OUTPUT && makeNonBlocking();
  }

  /** Lines that were dropped since the start. */
  get droppedLines(): number {
    return this.lines.dropped;
  }

  /** Calls `notify` with the number of lines that were dropped, as soon as there is room again. */
  onRecovered(notify: (lines: number) => void): void {
    this.notifyRecovered = notify;
  }

  /** @param line with its end */
  write(line: string): void {
    this.lines.add(line);
    if (this.state !== 'idle') return;
    if (this.lines.length >= WRITE_AT_LENGTH) this.send();
    else this.timer ??= this.clock.after(WRITE_INTERVAL_MS, this.send);
  }

  /**
   * Writes a line that is never dropped, before the others and without waiting for more. The caller bounds how many wait.
   * @param line with its end
   * @param onWritten called once the operating system has the line
   */
  writeSurely(line: string, onWritten: () => void): void {
    this.sure.push({ bytes: Buffer.from(line), onWritten });
    if (this.state === 'idle') this.send();
  }

  /** Writes the waiting lines at the end of the process. A write in a thread may still be in progress. */
  end(): void {
    const until = this.clock.monotonic() + END_WAIT_MS;
    if (this.state === 'writing') this.written(Infinity);
    for (let bytes = this.next(); bytes; bytes = this.next())
      try {
        this.written(writeSync(this.descriptor, bytes));
      } catch (error) {
        if (!isBusy(error) || this.clock.monotonic() > until) return;
      }
  }

  private readonly send = (): void => {
    this.timer?.cancel();
    this.timer = null;
    this.state = 'writing';
    if (this.neverBlocks) this.sendAtOnce();
    else this.sendBehind();
  };

  /** Writes in the event loop: a write to a full pipe fails at once, and needs no thread. */
  private sendAtOnce(): void {
    try {
      for (let bytes = this.next(); bytes; bytes = this.next()) this.written(writeSync(this.descriptor, bytes));
      this.sent();
    } catch (error) {
      this.failed(error);
    }
  }

  /** Writes in a thread: a disk or a terminal may block a write. */
  private sendBehind(): void {
    const bytes = this.next();
    if (!bytes) {
      this.sent();
      return;
    }
    write(this.descriptor, bytes, (error, count) => {
      if (error) {
        this.failed(error);
        return;
      }
      this.written(count);
      if (this.lines.isAtPieceEnd && !this.batch && this.sure.length === 0 && this.lines.length < WRITE_AT_LENGTH)
        this.sent();
      else this.sendBehind();
    });
  }

  /** The next bytes to write, the same ones until they are `written`. It finishes a partly written piece first. */
  private next(): Buffer | null {
    if (!this.lines.isAtPieceEnd) return this.lines.next();
    this.batch ??= this.nextBatch();
    return this.batch?.bytes ?? this.lines.next();
  }

  private nextBatch(): StandardOutput['batch'] {
    let [count, length] = [0, 0];
    while (count < this.sure.length && (count === 0 || length < WRITE_AT_LENGTH)) {
      length += this.sure[count]?.bytes.length ?? 0;
      count += 1;
    }
    const taken = this.sure.splice(0, count);
    if (taken.length === 0) return null;
    return {
      bytes: Buffer.concat(taken.map(({ bytes }) => bytes)),
      onWritten: taken.map(({ onWritten }) => onWritten),
    };
  }

  private written(count: number): void {
    const { batch } = this;
    if (!batch) {
      this.lines.written(count);
      return;
    }
    batch.bytes = batch.bytes.subarray(count);
    if (batch.bytes.length > 0) return;
    this.batch = null;
    for (const onWritten of batch.onWritten) onWritten();
  }

  private sent(): void {
    this.state = 'idle';
    if (this.lines.length > 0) this.timer = this.clock.after(WRITE_INTERVAL_MS, this.send);
    const lines = this.droppedLines - this.reported;
    this.reported = this.droppedLines;
    if (lines > 0) this.notifyRecovered(lines);
  }

  private failed(error: unknown): void {
    this.state = 'retrying';
    this.timer = this.clock.after(isBusy(error) ? BUSY_RETRY_MS : FAILED_RETRY_MS, this.send);
  }
}

const isBusy = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EAGAIN';

/**
 * Makes a pipe or a socket non-blocking, which Node does at the first access to `process.stdout`.
 * @returns whether it is one
 */
function makeNonBlocking(): boolean {
  const kind = fstatSync(STANDARD_OUTPUT);
  if (!kind.isFIFO() && !kind.isSocket()) return false;
  Reflect.get(process, 'stdout');
  return true;
}

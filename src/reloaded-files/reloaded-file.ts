import { readFile, stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Logger } from 'pino';
import { Gauge } from 'prom-client';
import { type Clock, type Timer } from '../config/clock.ts';
import { type ConfiguredFile } from '../config/read-text-file.ts';
import { type Metrics } from '../telemetry/metrics.ts';

const READ_INTERVAL_MS = 5000;

/** A file that a variable names, its content that is in force, and how to use another one. */
export interface ReloadedContent extends ConfiguredFile {
  /** The variable, such as `CALLERS_FILE`. Metrics and log events begin with its name. */
  readonly variable: string;
  readonly maxBytes: number;
  /** Applies the content. @returns its issues, without a value; empty: the content is in force */
  readonly use: (content: string) => readonly string[];
}

/** Why a file has no content. */
interface Unread {
  readonly issues: readonly string[];
}

/**
 * Reads a file again every five seconds. It compares the content and does not watch the file, because an orchestrator swaps
 * a link to the whole folder. A file that cannot be used changes nothing.
 */
export class ReloadedFile {
  private readonly name: string;
  private readonly loadedTimestamp: Gauge;
  private readonly failed: Gauge;
  private readonly timer: Timer;
  /** The content when the file was last read. */
  private content: string | Unread;
  private loadedAt: number;
  private isRefused = false;
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly file: ReloadedContent,
    private readonly clock: Clock,
    { registry }: Metrics,
    private readonly log: Logger,
  ) {
    this.name = file.variable.toLowerCase();
    this.content = file.content;
    this.loadedAt = clock.timeOfDay();
    this.loadedTimestamp = new Gauge({
      name: `${this.name}_loaded_timestamp_seconds`,
      help: `When the content of ${file.variable} that is in force was read, since 1970.`,
      registers: [registry],
    });
    this.failed = new Gauge({
      name: `${this.name}_failed`,
      help: `1: ${file.variable} could not be used when it was last read; the previous content is in force.`,
      registers: [registry],
    });
    this.loadedTimestamp.set(this.loadedAt / 1000);
    this.timer = clock.every(READ_INTERVAL_MS, () => {
      this.reading = this.readAgain();
    });
  }

  /** `loadedAt`: epoch ms by the time of day. */
  get state(): { readonly loadedAt: number; readonly isRefused: boolean } {
    return { loadedAt: this.loadedAt, isRefused: this.isRefused };
  }

  /** Resolves when the file is not being read. */
  async settled(): Promise<void> {
    await this.reading;
  }

  /** Stops reading the file. */
  close(): void {
    this.timer.cancel();
  }

  private async readAgain(): Promise<void> {
    const { variable, path, maxBytes } = this.file;
    const content = await readContent(path, maxBytes);
    if (isDeepStrictEqual(content, this.content)) return;
    this.content = content;
    const issues = typeof content === 'string' ? this.file.use(content) : content.issues;
    this.isRefused = issues.length > 0;
    this.failed.set(this.isRefused ? 1 : 0);
    if (this.isRefused) {
      const detail = issues.join('; ');
      this.log.error({ event: `${this.name}_refused`, detail }, `${variable} cannot be used; nothing changes`);
      return;
    }
    this.loadedAt = this.clock.timeOfDay();
    this.loadedTimestamp.set(this.loadedAt / 1000);
    this.log.info({ event: `${this.name}_loaded` }, `the content of ${variable} is in force`);
  }
}

/** Refuses a pipe, which might never end. @returns the text, or why there is none */
async function readContent(path: string, maxBytes: number): Promise<string | Unread> {
  try {
    const file = await stat(path);
    if (!file.isFile() || file.size > maxBytes) return { issues: [`must be a file of at most ${maxBytes} bytes`] };
    return await readFile(path, 'utf8');
  } catch {
    return { issues: ['cannot be read'] };
  }
}

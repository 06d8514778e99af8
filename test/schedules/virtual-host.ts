import { eventually } from '../support/eventually.ts';
import { type Service, startService, type Variables } from '../support/service.ts';
import { TestClock } from '../support/test-clock.ts';
import { type Host, type Times } from './estate.ts';
import { PROCESSES } from './schedule.ts';

/**
 * A work that is not done is looked at so often before time passes for it; then a little with each look for as long as Redis may take to
 * answer, whose time is the machine's, and more after that.
 */
const LOOKS = 4;
const REDIS_MAY_TAKE_MS = 600;
const stepMs = (passedMs: number): number => (passedMs < REDIS_MAY_TAKE_MS ? 20 : 50);

/** The services in this process, each with a clock of its own; the same time passes for all. */
export class VirtualHost implements Host {
  readonly times: Times = {
    ...{ localMs: 2000, failureMs: 10_000, freshMs: 300_000, disconnectedMs: 60_000, hungMs: 60_000 },
  };
  readonly isVirtual = true;
  private readonly clocks = PROCESSES.map(() => new TestClock());
  private readonly services: (Service | undefined)[] = [];
  private unknownToRedisMs = 0;

  /** The clocks stand still from the beginning, at one time: what Redis says of it would depend on how fast it says it. */
  constructor() {
    for (const clock of this.clocks) clock.stop();
  }

  now(): number {
    return this.clocks[0]?.monotonic() ?? 0;
  }

  async start(index: number, variables: Variables): Promise<void> {
    const clock = this.clocks[index];
    if (clock) this.services[index] = await startService(variables, { clock, time: 'real' });
  }

  url(index: number): string {
    return this.services[index]?.url ?? '';
  }

  async end(index: number): Promise<void> {
    const service = this.services[index];
    this.services[index] = undefined;
    await service?.close();
  }

  async kill(index: number): Promise<void> {
    await this.finish('the end of a process', this.end(index));
  }

  /** Nothing: all run in one process. */
  pause(): Promise<void> {
    return Promise.resolve();
  }

  jump(index: number, hours: number): Promise<void> {
    this.clocks[index]?.jump(hours * 3_600_000);
    return Promise.resolve();
  }

  async pass(ms: number): Promise<void> {
    this.advance(ms);
    await this.looks(1);
  }

  async finish<T>(what: string, work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = work.finally(() => (isDone = true));
    done.catch(() => undefined);
    const startedAt = this.now();
    let looks = 0;
    await eventually(what, () => {
      looks += 1;
      if (isDone || looks < LOOKS) return isDone;
      const passedMs = this.now() - startedAt;
      if (passedMs > this.times.hungMs) throw new Error(`hung: ${what}`);
      this.advance(stepMs(passedMs));
      return isDone;
    });
    return done;
  }

  async moment(): Promise<void> {
    await this.looks(2);
    await this.pass(20);
  }

  async close(): Promise<void> {
    await Promise.all(this.services.map((_, index) => this.kill(index)));
  }

  takeUnknownToRedis(): number {
    const ms = this.unknownToRedisMs;
    this.unknownToRedisMs = 0;
    return ms;
  }

  private advance(ms: number): void {
    for (const clock of this.clocks) clock.advance(ms);
    this.unknownToRedisMs += ms;
  }

  private async looks(count: number): Promise<void> {
    let looks = 0;
    await eventually('a moment has passed', () => (looks += 1) > count);
  }
}

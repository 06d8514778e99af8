import { type BuiltService, type RunningService } from '../support/built-service.ts';
import { eventually } from '../support/eventually.ts';
import { type Variables } from '../support/service.ts';
import { type Host, type Times } from './estate.ts';
import { PROCESSES } from './schedule.ts';

/** Moves the wall clock of a process at its start, as `SHIFT_MS` says. */
const SHIFTED_CLOCK = new URL('shifted-clock.mjs', import.meta.url).pathname;
const PAUSE_MS = 1500;

/** The compiled service as processes of their own, in real time, which is shorter by configuration. */
export class ProcessHost implements Host {
  readonly times: Times = { localMs: 1000, failureMs: 1000, freshMs: 4000, disconnectedMs: 3000, hungMs: 20_000 };
  readonly isVirtual = false;
  private readonly processes: RunningService[] = [];
  private readonly urls: string[] = [];
  private readonly variables: Variables[] = [];
  private readonly shiftMs = PROCESSES.map(() => 0);
  private readonly built: BuiltService;

  constructor(built: BuiltService) {
    this.built = built;
  }

  now(): number {
    return performance.now();
  }

  async start(index: number, variables: Variables): Promise<void> {
    const command = [process.execPath, '--import', SHIFTED_CLOCK, this.built.main] as const;
    const running = this.built.start({ ...variables, SHIFT_MS: String(this.shiftMs[index]) }, command);
    this.processes[index] = running;
    this.variables[index] = variables;
    const ended = running.ended.then(({ code, stderr }) => {
      throw new Error(`process ${index} ended with ${code}: ${stderr}`);
    });
    this.urls[index] = await Promise.race([running.url, ended]);
    ended.catch(() => undefined);
  }

  url(index: number): string {
    return this.urls[index] ?? '';
  }

  async end(index: number): Promise<void> {
    const running = this.processes[index];
    running?.signal('SIGTERM');
    await running?.ended;
  }

  async kill(index: number): Promise<void> {
    const running = this.processes[index];
    running?.signal('SIGKILL');
    await running?.ended;
  }

  /** Longer than a lease; then it goes on as if nothing had been. */
  async pause(index: number): Promise<void> {
    this.processes[index]?.signal('SIGSTOP');
    await this.pass(PAUSE_MS);
    this.processes[index]?.signal('SIGCONT');
  }

  /** A process reads its clock setting at the start. */
  async jump(index: number, hours: number): Promise<void> {
    this.shiftMs[index] = (this.shiftMs[index] ?? 0) + hours * 3_600_000;
    await this.kill(index);
    await this.start(index, this.variables[index] ?? {});
  }

  async pass(ms: number): Promise<void> {
    const end = this.now() + ms;
    await eventually('time passes', () => this.now() >= end);
  }

  async finish<T>(what: string, work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = work.finally(() => (isDone = true));
    done.catch(() => undefined);
    await eventually(what, () => isDone, this.times.hungMs);
    return done;
  }

  takeUnknownToRedis(): number {
    return 0;
  }

  moment(): Promise<void> {
    return this.pass(30);
  }

  close(): Promise<void> {
    this.built.endAll();
    return Promise.resolve();
  }
}

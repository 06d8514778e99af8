import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../support/eventually.ts';

const CONTROLLER = '/sys/fs/cgroup/memory';

/** Memory that the kernel gives to the processes in it and no more, as to those in a container. */
export class Container {
  private readonly group: string;

  constructor(name: string, limitBytes: number) {
    this.group = join(CONTROLLER, `${name}-${process.pid}`);
    mkdirSync(this.group);
    writeFileSync(join(this.group, 'memory.limit_in_bytes'), String(limitBytes));
  }

  /** Runs a program in it, in the place of the shell that enters it. */
  commandOf(program: string, ...args: readonly string[]): readonly [string, ...string[]] {
    return ['sh', '-c', `echo $$ > ${this.group}/cgroup.procs && exec "$0" "$@"`, program, ...args];
  }

  /** How many processes the kernel has ended because there was no more memory. */
  get outOfMemoryKills(): number {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync(join(this.group, 'memory.oom_control'), 'utf8'))?.[1]);
  }

  /** Resolves when its processes have ended. */
  async remove(): Promise<void> {
    const processes = join(this.group, 'cgroup.procs');
    await eventually('the container is empty', () => readFileSync(processes, 'utf8') === '');
    rmdirSync(this.group);
  }
}

/** What to add to the title of tests that need one; null when this machine lets us make one. */
export const withoutContainer: string | null = canMakeOne() ? null : ' (needs root and a memory cgroup of version 1)';

function canMakeOne(): boolean {
  if (!existsSync(join(CONTROLLER, 'memory.limit_in_bytes'))) return false;
  const group = join(CONTROLLER, `try-${process.pid}`);
  try {
    mkdirSync(group);
    rmdirSync(group);
    return true;
  } catch {
    return false;
  }
}

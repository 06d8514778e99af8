import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** A server in a process of its own. */
export interface ServerProcess {
  readonly pid: number;
  readonly isOver: boolean;
  /** Resolves when the process is gone. */
  readonly over: Promise<void>;
  signal(name: NodeJS.Signals): void;
}

/** What the starter's process is asked to start. */
export interface Order {
  readonly id: number;
  readonly command: string;
  readonly args: readonly string[];
}

/** The server runs under this process id; null: it has ended, or could not be started. */
export interface Report {
  readonly id: number;
  readonly pid: number | null;
}

let starter: ChildProcess | undefined;
let ordered = 0;
const listeners = new Map<number, (pid: number | null) => void>();

/**
 * Starts a server by way of a small process, which also ends it when this process ends, however that is.
 * @throws Error when it cannot be started
 */
export async function startServer(command: string, args: readonly string[]): Promise<ServerProcess> {
  starter ??= startStarter();
  const id = (ordered += 1);
  const started = Promise.withResolvers<number>();
  const over = Promise.withResolvers<undefined>();
  let isOver = false;
  listeners.set(id, (pid) => {
    if (pid !== null) {
      started.resolve(pid);
      return;
    }
    isOver = true;
    listeners.delete(id);
    if (listeners.size === 0) starter?.channel?.unref();
    started.reject(new Error(`${command} cannot be started`));
    over.resolve(undefined);
  });
  starter.channel?.ref();
  starter.send({ id, command, args } satisfies Order);
  const pid = await started.promise;
  return {
    pid,
    get isOver() {
      return isOver;
    },
    over: over.promise,
    signal: (name) => {
      if (!isOver) signalIfThere(pid, name);
    },
  };
}

/** The process may have ended, and the report of it be still to come. */
function signalIfThere(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function startStarter(): ChildProcess {
  const child = fork(join(import.meta.dirname, 'starter-process.ts'), { stdio: 'ignore', execArgv: [] });
  child.on('message', ({ id, pid }: Report) => {
    listeners.get(id)?.(pid);
  });
  child.once('exit', () => {
    starter = undefined;
    for (const ended of [...listeners.values()]) ended(null);
  });
  child.unref();
  return child;
}

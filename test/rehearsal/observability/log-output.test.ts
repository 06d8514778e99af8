import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../sandbox/redis/local-redis.ts';
import { buildService, type BuiltService } from '../../support/built-service.ts';
import { eventually } from '../../support/eventually.ts';
import { sandboxVariables } from '../../support/service.ts';

/** More lines than a pipe or a socket of 64 kB holds. */
const REQUESTS = 600;

let built: BuiltService;
let folder: string;
let child: ChildProcess | null = null;

beforeAll(() => {
  built = buildService();
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-output-'));
});

afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

afterAll(() => {
  built.endAll();
});

interface Started {
  readonly url: string;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
}

/** The service with this as its standard output, serving. */
async function start(stdout: number | 'pipe'): Promise<Started> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const started = spawn(process.execPath, [built.main], {
    env: sandboxVariables('http://127.0.0.1:9', { PORT: String(port) }),
    stdio: ['ignore', stdout, 'inherit'],
  });
  child = started;
  const ended = once(started, 'exit').then(([code]) => code as number | null);
  await eventually('the service answers', () =>
    fetch(`${url}/health/ready`).then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
  return { url, child: started, ended };
}

/** Requests that each leave a line. @returns the statuses that were answered */
async function ask(url: string, count = REQUESTS): Promise<ReadonlySet<number>> {
  const statuses = new Set<number>();
  for (let each = 0; each < count; each += 1) {
    const answer = await fetch(`${url}/nowhere`, { headers: { 'X-Request-Id': `r-${each}` } });
    await answer.arrayBuffer();
    statuses.add(answer.status);
  }
  return statuses;
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
}

describe('the service', () => {
  it('serves and ends with 0 while the disk of its log is full (R1)', async () => {
    const full = openSync('/dev/full', 'w');
    const service = await start(full);
    closeSync(full);
    expect(await ask(service.url)).toEqual(new Set([404]));
    expect(await metric(service.url, 'log_lines_dropped_total')).toBe(0);
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  });

  it('serves while the reader of its log stalls, and gives it all lines when it reads on (R2)', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(fifo, constants.O_WRONLY);
    const service = await start(writer);
    closeSync(writer);
    expect(await ask(service.url)).toEqual(new Set([404]));
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
    let text = '';
    // It waits for more where a reader that does not block would end.
    const waiting = openSync(fifo, constants.O_RDONLY);
    const cat = spawn('cat', [], { stdio: [waiting, 'pipe', 'inherit'] });
    const isRead = once(cat, 'close');
    closeSync(waiting);
    closeSync(reader);
    cat.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await eventually('the last line has come', () => text.includes(`"r-${REQUESTS - 1}"`));
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    await isRead;
    const lines = text.trimEnd().split('\n');
    const ids = lines.map((line) => (JSON.parse(line) as { requestId?: string }).requestId);
    expect(ids.filter((id) => id?.startsWith('r-'))).toEqual(
      Array.from({ length: REQUESTS }, (_, each) => `r-${each}`),
    );
    expect(lines.at(-1)).toContain('"stopped"');
  });

  it('ends in time although the reader of its log never reads (R2)', async () => {
    const service = await start('pipe');
    expect(await ask(service.url)).toEqual(new Set([404]));
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  });

  it('serves although the reader of its log has left', async () => {
    const service = await start('pipe');
    service.child.stdout?.destroy();
    expect(await ask(service.url)).toEqual(new Set([404]));
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  });

  it('writes its last lines to a file before it ends', async () => {
    const path = join(folder, 'log');
    const file = openSync(path, 'a');
    const service = await start(file);
    closeSync(file);
    expect(await ask(service.url, 50)).toEqual(new Set([404]));
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.filter((line) => line.includes('"/nowhere"') || line.includes('"r-'))).toHaveLength(50);
    expect(lines.some((line) => line.includes('"stopped"'))).toBe(true);
  });
});

import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startServer } from '../../sandbox/redis/starter.ts';
import { eventually } from '../support/eventually.ts';

const STARTER = new URL('../../sandbox/redis/starter.ts', import.meta.url).href;

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a server that is started', () => {
  it('runs until it is killed, which may be said twice', async () => {
    const server = await startServer('sleep', ['600']);
    expect([isThere(server.pid), server.isOver]).toEqual([true, false]);
    server.signal('SIGKILL');
    server.signal('SIGKILL');
    await server.over;
    expect([isThere(server.pid), server.isOver]).toEqual([false, true]);
  });

  it('is over when it ends by itself', async () => {
    const server = await startServer('true', []);
    await server.over;
    expect(server.isOver).toBe(true);
  });

  it('that does not exist is an error, and the next one starts', async () => {
    await expect(startServer('/no/such/server', [])).rejects.toThrow('/no/such/server cannot be started');
    const server = await startServer('true', []);
    await server.over;
  });

  it('ends with the process that started it, even when that is killed', async () => {
    const code = `const { startServer } = await import('${STARTER}'); console.log((await startServer('sleep', ['600'])).pid)`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code]);
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    expect(isThere(pid)).toBe(true);
    child.kill('SIGKILL');
    await eventually('the server is gone', () => !isThere(pid));
  });
});

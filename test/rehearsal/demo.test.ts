import { expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { freePortFrom } from '../../demo/start-service.ts';

const root = new URL('../..', import.meta.url).pathname;

it('the demo serves at PORT, shows everything, and ends with 0 (A21)', async () => {
  const port = await freePortFrom(3600);
  const options = { cwd: root, env: { PATH: process.env.PATH, PORT: String(port) } };
  const demo = spawn(process.execPath, ['demo/main.ts', '--once'], options);
  let output = '';
  for (const stream of [demo.stdout, demo.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(demo, 'close')) as [number | null];
  expect(output).toContain(`service           http://127.0.0.1:${port}\n`);
  expect(output).toContain('now from the cache');
  expect(code).toBe(0);
}, 120_000);

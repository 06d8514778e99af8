import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildService, type BuiltService } from '../support/built-service.ts';
import { eventually } from '../support/eventually.ts';
import { sandboxVariables } from '../support/service.ts';

/** Makes the process say when it handles signals; the kernel drops earlier ones. */
const TELL = `process.on('newListener', (name) => {
  if (name === 'SIGTERM') queueMicrotask(() => process.stdout.write('{"event":"handles_signals"}\\n'));
});`;
const telling = `data:text/javascript,${encodeURIComponent(TELL)}`;

const root = new URL('../../', import.meta.url).pathname;
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const variables = sandboxVariables('http://127.0.0.1:9');

let built: BuiltService;

beforeAll(() => {
  built = buildService();
});

afterAll(() => {
  built.endAll();
});

const NAMESPACE = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'] as const;
const [unshare, ...options] = NAMESPACE;
const canBeFirst = spawnSync(unshare, [...options, 'true']).status === 0;

(canBeFirst ? describe : describe.skip)(
  `the first process of a container${canBeFirst ? '' : ' (needs unshare)'}`,
  () => {
    it('ends with 0 before it listens, when a signal comes during the start (E4)', async () => {
      const node = [process.execPath, '--import', telling];
      const service = built.start(variables, [...NAMESPACE, ...node, built.main]);
      const children = `/proc/${service.pid}/task/${service.pid}/children`;
      await eventually('it handles signals', () => service.log.length > 0);
      // One alone: the kernel may end the process by another one, which comes while it exits.
      process.kill(Number(readFileSync(children, 'utf8')), 'SIGTERM');
      expect(await service.ended).toEqual({ code: 0, stderr: '' });
      expect(service.log.filter(({ event }) => event !== undefined)).toEqual([{ event: 'handles_signals' }]);
    });
  },
);

describe('npm start', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'npm-start-'));
    const start = scripts.start
      ?.replace('tools/run.mjs', join(root, 'tools/run.mjs'))
      .replace('dist/main.js', built.main);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: { start } }));
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'passes %s on, ends as the service does, and leaves nothing (C14)',
    async (signal) => {
      const npm = { ...variables, PATH: process.env.PATH ?? '', HOME: folder };
      const service = built.startGroup(npm, ['npm', '--prefix', folder, 'start']);
      const url = await service.url;
      let code: number | null | undefined;
      void service.ended.then((end) => (code = end.code));
      service.signal(signal);
      await eventually('npm, and every process that it started, have ended', () => code !== undefined);
      expect(code).toBe(0);
      expect(service.log.at(-1)).toMatchObject({ event: 'stopped' });
      await expect(fetch(`${url}/health/live`)).rejects.toThrow();
    },
  );

  it.each(['start', 'dev', 'demo', 'sandbox'])(
    'npm run %s leaves no shell that keeps signals for itself (C14)',
    (name) => {
      expect(scripts[name]).toMatch(/^exec node tools\/run\.mjs /);
    },
  );
});

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Variables } from './service.ts';

const root = new URL('../../', import.meta.url).pathname;

/** The service compiled into a folder of its own, laid out as in an image: package.json, docs/ and node_modules/ beside dist/. */
export interface BuiltService {
  /** Runs it with exactly these variables. */
  start(variables: Variables): RunningService;
  /** Ends what still runs of it. */
  remove(): void;
}

/** A process of the service. */
export interface RunningService {
  /** `http://127.0.0.1:port`, as soon as it says that it is ready. */
  readonly url: Promise<string>;
  /** How it ended, and after how many milliseconds since its start. */
  readonly ended: Promise<{ code: number | null; stderr: string; afterMs: number }>;
  readonly log: readonly Record<string, unknown>[];
  signal(name: NodeJS.Signals): void;
}

export function buildService(): BuiltService {
  const folder = mkdtempSync(join(tmpdir(), 'built-service-'));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const options = ['--project', 'tsconfig.build.json', '--noCheck', '--outDir', join(folder, 'dist')];
  execFileSync(process.execPath, [compiler, ...options], { cwd: root });
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  for (const name of ['docs', 'node_modules']) symlinkSync(join(root, name), join(folder, name));
  const started: RunningService[] = [];
  return {
    start: (variables) => {
      const service = run(join(folder, 'dist/main.js'), variables);
      started.push(service);
      return service;
    },
    remove: () => {
      for (const service of started) service.signal('SIGKILL');
      rmSync(folder, { recursive: true });
    },
  };
}

function run(main: string, variables: Variables): RunningService {
  const startedAt = performance.now();
  const log: Record<string, unknown>[] = [];
  const child = spawn(process.execPath, [main], { env: variables, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ready = new Promise<string>((resolve) => {
    createInterface(child.stdout).on('line', (line) => {
      const entry = JSON.parse(line) as Record<string, unknown>;
      log.push(entry);
      if (entry.event === 'ready') resolve(`http://127.0.0.1:${String(entry.port)}`);
    });
  });
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stderr,
    afterMs: performance.now() - startedAt,
  }));
  return { url: ready, ended, log, signal: (name) => void child.kill(name) };
}

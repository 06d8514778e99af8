import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Variables } from './service.ts';

const root = new URL('../../', import.meta.url).pathname;
const compiler = join(root, 'node_modules/typescript');

/** The service, compiled, in a folder laid out as in an image: package.json, docs/ and node_modules/ beside dist/. */
export interface BuiltService {
  /** Path of dist/main.js, for a test that runs it in a way of its own. */
  readonly main: string;
  /** Runs it with exactly these variables. */
  start(variables: Variables): RunningService;
  /** Ends what still runs of those started here. */
  endAll(): void;
}

/** A process of the service. */
export interface RunningService {
  /** `http://127.0.0.1:port`, as soon as it says that it is ready. */
  readonly url: Promise<string>;
  /** How it ended. */
  readonly ended: Promise<{ code: number | null; stderr: string }>;
  readonly log: readonly Record<string, unknown>[];
  signal(name: NodeJS.Signals): void;
}

/** Compiles it, unless a test has compiled the same source before. */
export function buildService(): BuiltService {
  const folder = join(tmpdir(), `built-service-${fingerprint()}`);
  if (!existsSync(folder)) compileInto(folder);
  const started: RunningService[] = [];
  const main = join(folder, 'dist/main.js');
  return {
    main,
    start: (variables) => {
      const service = run(main, variables);
      started.push(service);
      return service;
    },
    endAll: () => {
      for (const service of started) service.signal('SIGKILL');
    },
  };
}

/** Of all that decides what is compiled, and where it finds its packages. */
function fingerprint(): string {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join('src', name));
  const hash = createHash('sha256')
    .update(root)
    .update(readFileSync(join(compiler, 'package.json')));
  for (const name of ['package.json', 'tsconfig.json', 'tsconfig.build.json', ...sources])
    hash.update(`\0${name}\0`).update(readFileSync(join(root, name)));
  return hash.digest('hex').slice(0, 32);
}

/** The folder appears whole, by a rename: several may compile the same at once, and the first one's stays. */
function compileInto(folder: string): void {
  const draft = mkdtempSync(join(tmpdir(), 'compiling-service-'));
  const options = ['--project', 'tsconfig.build.json', '--noCheck', '--outDir', join(draft, 'dist')];
  execFileSync(process.execPath, [join(compiler, 'bin/tsc'), ...options], { cwd: root });
  copyFileSync(join(root, 'package.json'), join(draft, 'package.json'));
  for (const name of ['docs', 'node_modules']) symlinkSync(join(root, name), join(draft, name));
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}

function run(main: string, variables: Variables): RunningService {
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
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stderr }));
  return { url: ready, ended, log, signal: (name) => void child.kill(name) };
}

import { execFileSync, spawn, type SpawnOptions } from 'node:child_process';
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
const BUNDLER = 'tools/bundle-service.ts';
/** What the service finds beside dist/. */
const BESIDE = ['console', 'docs', 'node_modules'];

/** The service, built, in a folder laid out as in an image: package.json, console/, docs/ and node_modules/ beside dist/. Its modules are in build/. */
export interface BuiltService {
  /** The path of its main.js. */
  readonly main: string;
  /** Runs it with exactly these variables. @param command the program that starts it, and its arguments */
  start(variables: Variables, command?: Command): RunningService;
  /** The same for a program that starts other processes: `endAll` ends these, too, even when the program has left them behind. */
  startGroup(variables: Variables, command: Command): RunningService;
  /** Ends what still runs of those started here. */
  endAll(): void;
}

type Command = readonly [program: string, ...args: string[]];

/** A process of the service. */
export interface RunningService {
  /** `http://127.0.0.1:port`, from its line "ready". */
  readonly url: Promise<string>;
  /** How it ended. */
  readonly ended: Promise<{ code: number | null; stderr: string }>;
  readonly log: readonly Record<string, unknown>[];
  readonly pid: number;
  signal(name: NodeJS.Signals): void;
}

/** Compiles it, unless a test has compiled the same source before. */
export function buildService(): BuiltService {
  const folder = join(tmpdir(), `built-service-${fingerprint()}`);
  if (!existsSync(folder)) compileInto(folder);
  return serviceAt(join(folder, 'dist/main.js'));
}

/** One that is built already. @param main the path of its main.js */
export function serviceAt(main: string): BuiltService {
  const started: RunningService[] = [];
  const groups: RunningService[] = [];
  return {
    main,
    start: (variables, command = [process.execPath, main]) => {
      const service = run(command, variables);
      started.push(service);
      return service;
    },
    startGroup: (variables, command) => {
      const service = run(command, variables, { detached: true });
      groups.push(service);
      return service;
    },
    endAll: () => {
      for (const service of started) service.signal('SIGKILL');
      for (const { pid } of groups) endGroup(pid);
    },
  };
}

/** Digest of every file that affects the build, and of the place of the packages. */
function fingerprint(): string {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join('src', name));
  const hash = createHash('sha256')
    .update(root)
    .update(BESIDE.join())
    .update(readFileSync(join(compiler, 'package.json')));
  for (const name of ['package.json', 'tsconfig.json', 'tsconfig.build.json', BUNDLER, ...sources])
    hash.update(`\0${name}\0`).update(readFileSync(join(root, name)));
  return hash.digest('hex').slice(0, 32);
}

/** Bundles the modules of a folder's build/ to its dist/. */
export function bundle(folder: string): void {
  execFileSync(process.execPath, [join(root, BUNDLER), folder]);
}

/** The folder appears whole, by a rename: several may compile the same at once, and the first one's stays. */
function compileInto(folder: string): void {
  const draft = mkdtempSync(join(tmpdir(), 'compiling-service-'));
  const options = ['--project', 'tsconfig.build.json', '--noCheck', '--outDir', join(draft, 'build')];
  execFileSync(process.execPath, [join(compiler, 'bin/tsc'), ...options], { cwd: root });
  copyFileSync(join(root, 'package.json'), join(draft, 'package.json'));
  for (const name of BESIDE) symlinkSync(join(root, name), join(draft, name));
  bundle(draft);
  try {
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}

/** @param first the id of the process that leads the group, if any is left of it */
function endGroup(first: number): void {
  try {
    process.kill(-first, 'SIGKILL');
  } catch {
    // Nothing is left.
  }
}

function run([program, ...args]: Command, variables: Variables, options: SpawnOptions = {}): RunningService {
  const log: Record<string, unknown>[] = [];
  const child = spawn(program, args, { ...options, env: variables, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stderr }));
  const ready = new Promise<string>((resolve, reject) => {
    void ended.then(({ code }) => {
      reject(new Error(`it has ended with ${code}: ${stderr}`));
    });
    createInterface(child.stdout).on('line', (line) => {
      if (!line.startsWith('{')) return; // npm prints the command it runs.
      const entry = JSON.parse(line) as Record<string, unknown>;
      log.push(entry);
      if (entry.event === 'ready') resolve(`http://127.0.0.1:${String(entry.port)}`);
    });
  });
  ready.catch(() => undefined); // Many tests do not wait for it.
  return { url: ready, ended, log, pid: child.pid ?? 0, signal: (name) => void child.kill(name) };
}

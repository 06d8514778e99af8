import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';

const root = new URL('../../../', import.meta.url).pathname;
const IGNORED = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter(Boolean);
/** `nobody`, which owns no file of the project. */
const UNPRIVILEGED = 65_534;
const VARIABLE = /\$\{(\w+)\}/g;

interface Stage {
  readonly from: string;
  readonly instructions: (readonly [name: string, text: string])[];
}

export interface Image {
  /** Where its files are: what `/app` is in the image. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly healthcheck: readonly [string, ...string[]];
  readonly command: readonly [string, ...string[]];
}

/** The steps of the Dockerfile without a container engine. Each stage is a folder; commands run as an unprivileged user. */
export class ImageBuild {
  private readonly folder = mkdtempSync(join(tmpdir(), 'image-'));
  private readonly stages = parse(readFileSync(join(root, 'Dockerfile'), 'utf8'));
  private readonly made = new Map<string, Promise<string>>();
  /** Bytes of node_modules after each command that made or changed it, of the stage `dependencies`. */
  readonly moduleBytes: number[] = [];

  constructor() {
    chmodSync(this.folder, 0o777);
  }

  /** @throws Error naming the command that failed, with what it printed */
  async image(name: string): Promise<Image> {
    const folder = await this.make(name);
    const ofKind = (kind: string): string[] =>
      (this.stages.get(name)?.instructions ?? []).filter(([one]) => one === kind).map(([, text]) => text);
    const list = (text = ''): [string, ...string[]] =>
      JSON.parse(text.slice(text.indexOf('['))) as [string, ...string[]];
    return {
      folder,
      env: Object.assign({}, ...ofKind('ENV').map(assignments)) as Record<string, string>,
      labels: Object.assign({}, ...ofKind('LABEL').map(assignments)) as Record<string, string>,
      healthcheck: list(ofKind('HEALTHCHECK')[0]),
      command: list(ofKind('CMD')[0]),
    };
  }

  /** The user whose files these are. */
  get user(): number | undefined {
    return process.getuid?.() === 0 ? UNPRIVILEGED : undefined;
  }

  remove(): void {
    // It may have been made read-only.
    spawnSync('chmod', ['-R', 'u+w', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private make(name: string): Promise<string> {
    const known = this.made.get(name) ?? this.makeAnew(name);
    this.made.set(name, known);
    return known;
  }

  private async makeAnew(name: string): Promise<string> {
    const stage = this.stages.get(name);
    if (!stage) throw new Error(`there is no stage ${name}`);
    const folder = join(this.folder, name, 'app');
    mkdirSync(folder, { recursive: true });
    if (this.stages.has(stage.from))
      cpSync(await this.make(stage.from), folder, { recursive: true, verbatimSymlinks: true });
    for (const [instruction, text] of stage.instructions) {
      if (instruction === 'COPY') await this.copy(folder, text.split(/\s+/));
      if (instruction !== 'RUN') continue;
      this.giveAway(folder);
      await this.run(folder, text);
      if (name === 'dependencies') this.moduleBytes.push(bytesOf(join(folder, 'node_modules')));
    }
    return folder;
  }

  private async copy(folder: string, words: readonly string[]): Promise<void> {
    const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
    const paths = words.filter((word) => !word.startsWith('--'));
    const target = paths.at(-1) ?? '';
    for (const path of paths.slice(0, -1)) {
      if (from === undefined && isIgnored(path)) throw new Error(`.dockerignore keeps ${path} from the image`);
      const source = from === undefined ? join(root, path) : join(await this.make(from), path.replace('/app/', ''));
      const isFolder = target.endsWith('/') && !statSync(source).isDirectory();
      cpSync(source, join(folder, target, isFolder ? basename(path) : ''), { recursive: true, verbatimSymlinks: true });
    }
  }

  /** In an image the commands run as root; here the files belong to the user who runs them. */
  private giveAway(folder: string): void {
    if (this.user !== undefined) spawnSync('chown', ['-R', String(this.user), folder]);
  }

  private async run(folder: string, command: string): Promise<void> {
    const home = join(this.folder, 'home');
    mkdirSync(home, { recursive: true });
    chmodSync(home, 0o777);
    const child = spawn('sh', ['-ec', command], {
      cwd: folder,
      env: { ...usersEnv(), PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`, HOME: home },
      ...(this.user === undefined ? {} : { uid: this.user, gid: this.user }),
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => (printed += text.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`${command}\n${printed}`);
  }
}

/** Without the variables that npm sets for its scripts, such as its cache folder, but with those of the registry. */
const usersEnv = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_/i.test(name) || /^npm_config_(registry|.*proxy|cafile)$/i.test(name),
    ),
  );

function parse(text: string): ReadonlyMap<string, Stage> {
  const stages = new Map<string, Stage>();
  const args: Record<string, string> = {};
  let stage: Stage | undefined;
  const lines = text
    .replace(/^#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  for (const line of lines) {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const words =
      name === 'RUN' || name === 'CMD' || name === 'HEALTHCHECK'
        ? rest
        : rest.replace(VARIABLE, (_all, one: string) => args[one] ?? '');
    if (name === 'ARG') Object.assign(args, assignments(rest));
    else if (name === 'FROM') {
      const [from = '', , as = ''] = words.split(' ');
      stage = { from, instructions: [] };
      stages.set(as, stage);
    } else stage?.instructions.push([name, words.trim()]);
  }
  return stages;
}

function assignments(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)];
  return Object.fromEntries(pairs.map(([, name = '', quoted, bare]) => [name, quoted ?? bare ?? '']));
}

/** Supports the patterns that the file uses: names, folders, and `!` for exceptions. */
function isIgnored(path: string): boolean {
  const covers = (pattern: string): boolean => path === pattern || path.startsWith(`${pattern}/`);
  const last = IGNORED.findLast((line) => covers(line.replace(/^!|\/\*$/g, '')));
  return last !== undefined && !last.startsWith('!');
}

/** Of all files in a folder. */
export function bytesOf(folder: string): number {
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

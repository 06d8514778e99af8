/**
 * Builds the page for people: `console/` to `console/dist/`. Each file has a hash in its name and lies there compressed, too. With `--watch` it
 * builds again after each change, and the page reloads itself.
 */
import { build, type BuildOptions, context, type OutputFile, type Plugin } from 'esbuild';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const folder = join(import.meta.dirname, '../console');
const out = join(folder, 'dist');
const watches = process.argv.includes('--watch');

const writeFiles: Plugin = {
  name: 'write-files',
  setup: (running) => {
    running.onEnd(({ errors, outputFiles = [] }) => {
      if (errors.length === 0) write(outputFiles);
    });
  },
};

/** The page neither transfers links in bulk nor erases customers. Leaving these parts of the client out saves 0.7 kB. */
const leaveOutUnused: Plugin = {
  name: 'leave-out-unused',
  setup: (running) => {
    running.onLoad({ filter: /client\/src\/bulk-links\.ts$/ }, () => ({
      contents: `export function exportedLines() { throw new Error('left out'); } export { exportedLines as importReport };`,
    }));
    running.onLoad({ filter: /client\/src\/customer-erasures\.ts$/ }, () => ({
      contents: `export class CustomerErasures {}`,
    }));
  },
};

const options: BuildOptions = {
  entryPoints: { app: 'src/main.tsx', style: 'src/style/style.css', icon: 'src/icon.svg' },
  absWorkingDir: folder,
  outdir: out,
  entryNames: '[name]-[hash]',
  bundle: true,
  write: false,
  format: 'esm',
  target: 'es2022',
  tsconfigRaw: '{}', // Its jsx would win.
  jsx: 'transform',
  jsxFactory: 'h',
  jsxFragment: 'Fragment',
  inject: ['src/jsx.ts'],
  loader: { '.svg': 'copy' },
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { RELOADS: String(watches) },
  plugins: [leaveOutUnused, writeFiles],
};

if (watches) await (await context(options)).watch();
else await build(options);

/** The page comes last, so that it never names a file that is not there. Then the files of earlier builds are removed. */
function write(files: readonly OutputFile[]): void {
  mkdirSync(out, { recursive: true });
  const names = files.map(({ path }) => basename(path));
  for (const { path, contents } of files) {
    put(basename(path), contents);
    put(`${basename(path)}.br`, brotliCompressSync(contents));
    put(`${basename(path)}.gz`, gzipSync(contents, { level: 9 }));
  }
  const named = (kind: string): string => names.find((name) => name.startsWith(`${kind}-`)) ?? '';
  const template = readFileSync(join(folder, 'src/index.html'), 'utf8');
  const page = template.replace(/\{\{(app|style|icon)\}\}/g, (_all, kind: string) => `console/${named(kind)}`);
  put('index.html', Buffer.from(page.replace(/\n\s*/g, '')));
  const kept = new Set(['index.html', ...names.flatMap((name) => [name, `${name}.br`, `${name}.gz`])]);
  for (const name of readdirSync(out)) if (!kept.has(name)) rmSync(join(out, name), { force: true });
}

/** Writes a file atomically; an existing one stays unchanged. */
function put(name: string, content: Uint8Array): void {
  const path = join(out, name);
  if (existsSync(path) && readFileSync(path).equals(content)) return;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}

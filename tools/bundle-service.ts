/**
 * `node tools/bundle-service.ts [FOLDER]`: bundles the compiled service, `build/`, with its packages to `dist/`, which starts in two thirds of the
 * time of some 1,200 modules. Code that only some configurations need, such as that for traces, stays in files of its own. A file of `dist/chunks/` is as
 * far from `docs/` and `console/` as a module of `build/`, so that the paths between them stay the same.
 */
import { build, type Plugin } from 'esbuild';
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Packages that NestJS looks for and that are not installed, and one that starts its worker by a path of its own. */
const NOT_BUNDLED = [
  '@nestjs/microservices',
  '@nestjs/websockets',
  '@nestjs/platform-express',
  '@fastify/multipart',
  '@fastify/view',
  'class-transformer/storage',
  'pino',
];

/** Packages in CommonJS call it. */
const REQUIRE = `import { createRequire as topRequire } from 'node:module'; const require = topRequire(import.meta.url);`;

/** The first line of a class, as the compiler of TypeScript writes it. */
const CLASS_LINE = /^(?:export )?(?:let \w+ = (?:\w+ = )?)?class (\w+)(?: extends [^\n{]+)? \{/gm;

/**
 * Keeps the names of classes, which the log and NestJS show: esbuild calls some `Name2` or `_Name`. Its option `keepNames` also names every
 * function that is created by another, at each call. That costs a fifth of a warm read.
 */
const classNames: Plugin = {
  name: 'class-names',
  setup: (bundler) => {
    bundler.onLoad({ filter: /[\\/](?:build|@nestjs)[\\/].+\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const naming = `$& static { Object.defineProperty(this, 'name', { value: '$1' }); }`;
      return { contents: text.replace(CLASS_LINE, naming) };
    });
  },
};

/** The folder of `build/` and `dist/`. */
const root = resolve(process.argv[2] ?? join(import.meta.dirname, '..'));
const outdir = join(root, 'dist');

rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ['build/main.js'],
  outdir,
  entryNames: '[name]',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  external: NOT_BUNDLED,
  plugins: [classNames],
  banner: { js: REQUIRE },
  logLevel: 'warning',
});

/**
 * `node tools/bundle-service.ts [FOLDER]`: bundles the compiled service, `build/`, with its packages to `dist/`, which starts in two thirds of the
 * time of some 1,200 modules. Code that only some configurations need, such as that for traces, stays in files of its own. A file of `dist/chunks/` is as
 * far from `docs/` and `console/` as a module of `build/`, so that the paths between them stay the same.
 */
import { build } from 'esbuild';
import { rmSync } from 'node:fs';
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
  // The log and NestJS name classes.
  keepNames: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  external: NOT_BUNDLED,
  banner: { js: REQUIRE },
  logLevel: 'warning',
});

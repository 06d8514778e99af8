/**
 * `node tools/bundle-service.ts [FOLDER]`: bundles the compiled service, `build/`, with its packages to `dist/`, which starts in 40 % of the
 * time of some 1,200 modules. Code that only some configurations need, such as that for traces, stays in files of its own. A file of `dist/chunks/` is as
 * far from `docs/` and `console/` as a module of `build/`, so that the paths between them stay the same.
 */
import { build, type Plugin } from 'esbuild';
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Packages that NestJS and its adapter look for, and that are not installed. */
const NOT_BUNDLED = [
  '@nestjs/microservices',
  '@nestjs/websockets',
  '@nestjs/platform-express',
  '@fastify/multipart',
  '@fastify/view',
];

const packages = join(import.meta.dirname, '../node_modules');

/** Packages in CommonJS call it. */
const REQUIRE = `import { createRequire as topRequire } from 'node:module'; const require = topRequire(import.meta.url);`;

/** Packages that also have ECMAScript modules, of which the bundle then has only what is used. */
const ES_MODULES = Object.fromEntries(
  [
    ['class-validator', 'esm2015/index.js'],
    ['rxjs', 'dist/esm/index.js'],
    ['rxjs/operators', 'dist/esm/operators/index.js'],
  ].map(([name = '', path = '']) => [name, join(packages, name.split('/')[0] ?? '', path)]),
);

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

const USED_OF_HTTP = ['Agent', 'METHODS', 'STATUS_CODES', 'createServer', 'request'];

/** Loads `node:http` by `require`. An import reads all its exports at once, and one of them loads Node's WebSocket client. */
const lazyHttp: Plugin = {
  name: 'lazy-http',
  setup: (bundler) => {
    bundler.onResolve({ filter: /^(?:node:)?http$/ }, ({ kind }) =>
      kind === 'import-statement' ? { path: 'node:http', namespace: 'by-require' } : null,
    );
    bundler.onLoad({ filter: /^node:http$/, namespace: 'by-require' }, () => ({
      contents: `const http = require('node:http'); export default http; export const { ${USED_OF_HTTP.join(', ')} } = http;`,
    }));
  },
};

/**
 * Leaves class-validator and class-transformer to `node_modules` where NestJS would load all of them, which it never does here: no pipe of its own validates.
 */
const onlyUsedValidators: Plugin = {
  name: 'only-used-validators',
  setup: (bundler) => {
    bundler.onResolve({ filter: /^class-(?:validator|transformer)(?:\/|$)/ }, ({ kind }) =>
      kind === 'import-statement' ? null : { external: true },
    );
  },
};

/** The modules of axios that would load Node's web client, or packages for forms. Every call has our adapter, and none sends a form. */
const UNUSED_OF_AXIOS =
  /[\\/]axios[\\/]lib[\\/](?:adapters[\\/](?:fetch|http|xhr)|platform[\\/]node[\\/]classes[\\/]FormData)\.js$/;

/** Leaves out of axios what the service never uses, and what would slow down its start. */
const leanAxios: Plugin = {
  name: 'lean-axios',
  setup: (bundler) => {
    bundler.onLoad({ filter: UNUSED_OF_AXIOS }, () => ({
      contents: 'export default null; export const getFetch = null;',
    }));
    bundler.onLoad({ filter: /[\\/]axios[\\/]lib[\\/]utils\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replace(/^const FormDataCtor = .*;$/m, 'const FormDataCtor = undefined;');
      return contents === text ? { errors: [{ text: 'axios looks for FormData in another way' }] } : { contents };
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
  alias: ES_MODULES,
  plugins: [classNames, lazyHttp, leanAxios, onlyUsedValidators],
  banner: { js: REQUIRE },
  logLevel: 'warning',
});

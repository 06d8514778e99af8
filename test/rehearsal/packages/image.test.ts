import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { stagedCustomer } from '../../profile-cache/stage.ts';
import { buildService, type BuiltService, type RunningService } from '../../support/built-service.ts';
import { sandboxVariables } from '../../support/service.ts';
import { type Image, ImageBuild } from './image-build.ts';

/** Licences that may be in an image: permissive ones, with nothing more to do than to keep their text. */
const ALLOWED_LICENCES = [
  ...['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'BlueOak-1.0.0'],
  'Python-2.0', // argparse, which js-yaml uses
];
const BUILD_LIMIT_MS = 600_000;

interface Sbom {
  readonly specVersion: string;
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly licenses?: readonly { readonly license?: { readonly id?: string }; readonly expression?: string }[];
  }[];
}

describe('the image, built by the steps of the Dockerfile as an unprivileged user', () => {
  const build = new ImageBuild();
  let image: Image;
  let redis: LocalRedis;
  let sandbox: Sandbox;
  let runner: BuiltService;
  let service: RunningService;

  beforeAll(async () => {
    runner = buildService();
    [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
    image = await build.image('service');
    execFileSync('chmod', ['-R', 'a-w', image.folder]);
    const variables = sandboxVariables(sandbox.url, { REDIS_URL: redis.url, ...image.env });
    const [program, ...args] = image.command;
    const node = [process.execPath, ...args.map((arg) => (arg.startsWith('--') ? arg : join(image.folder, arg)))];
    expect(program).toBe('node');
    // setpriv is of util-linux, which every Debian has.
    const drop =
      build.user === undefined ? [] : ['setpriv', `--reuid=${build.user}`, `--regid=${build.user}`, '--clear-groups'];
    const command = [...drop.map((word) => (word === 'setpriv' ? '/usr/bin/setpriv' : word)), ...node] as [
      string,
      ...string[],
    ];
    service = runner.start(variables, command);
    await service.url;
  }, BUILD_LIMIT_MS);

  afterAll(async () => {
    runner.endAll();
    await Promise.all([redis.kill(), sandbox.close()]);
    build.remove();
  });

  it('serves a profile, its documents and its page from a read-only tree', async () => {
    const url = await service.url;
    for (const path of [
      stagedCustomer(sandbox).path,
      '/docs',
      '/openapi.json',
      '/docs/errors.md',
      '/console',
      '/health/ready',
    ])
      expect([path, (await fetch(url + path)).status]).toEqual([path, 200]);
  });

  it('has half of its memory limit as heap', () => {
    expect(image.env.NODE_OPTIONS).toBe('--max-old-space-size-percentage=50 --max-semi-space-size=8');
    expect(image.command).toEqual(['node', '--heap-growing-percent=50', 'dist/main.js']);
  });

  it('has node_modules smaller by at least a third than what npm installs', () => {
    const [installed = 0] = build.moduleBytes;
    expect(build.moduleBytes.at(-1)).toBeLessThan((installed * 2) / 3);
  });

  it('has no source maps, no types and no sources, and every licence', () => {
    const files = readdirSync(image.folder, { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /\.(map|[mc]?ts)$/.test(file))).toEqual([]);
    expect(files.filter((file) => /^(src|test|tools|client|sandbox)\//.test(file))).toEqual([]);
    const licences = files.filter((file) => /\/licen[cs]e[^/]*$/i.test(file));
    expect(licences.length).toBeGreaterThan(100);
  });

  it('has a bill of materials, and in it only allowed licences', () => {
    const sbom = JSON.parse(readFileSync(join(image.folder, 'sbom.json'), 'utf8')) as Sbom;
    const known = sbom.components.map(({ name, version, licenses = [] }) => ({
      component: `${name}@${version}`,
      licence: licenses.map(({ license, expression }) => license?.id ?? expression).join(' AND '),
    }));
    expect(known.filter(({ licence }) => !ALLOWED_LICENCES.includes(licence))).toEqual([]);
    const { packages } = JSON.parse(readFileSync(join(image.folder, 'node_modules/.package-lock.json'), 'utf8')) as {
      packages: Readonly<Record<string, { readonly version: string }>>;
    };
    const installed = Object.entries(packages).map(
      ([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`,
    );
    expect(known.map(({ component }) => component).sort()).toEqual([...new Set(installed)].sort());
  });

  it('has the labels of OCI', () => {
    expect(image.labels).toMatchObject({
      'org.opencontainers.image.title': 'customer-profile-service',
      'org.opencontainers.image.licenses': 'MIT',
      'org.opencontainers.image.version': '0.1.0',
    });
  });
});

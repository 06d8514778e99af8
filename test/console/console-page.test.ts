import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { get, type IncomingHttpHeaders } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const MAX_BYTES = 30_000;

let sandbox: Sandbox;
let service: Service;

beforeAll(async () => {
  execFileSync(process.execPath, [new URL('../../tools/build-console.ts', import.meta.url).pathname]);
  sandbox = await startSandbox();
  service = await startService(
    sandboxVariables(sandbox.url, { AUTH_MODE: 'api-key', API_KEYS: 'desk:a-key-of-the-support-desk' }),
  );
});

afterAll(async () => {
  await service.close();
  await sandbox.close();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** As it comes over the wire. */
function ask(path: string, encoding?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = encoding === undefined ? {} : { 'accept-encoding': encoding };
    get(service.url + path, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    }).on('error', reject);
  });
}

/** The files that the page names. */
async function assets(): Promise<readonly string[]> {
  const page = (await ask('/console')).body.toString();
  return [...page.matchAll(/(?:href|src)="(console\/[^"]+)"/g)].map(([, path = '']) => path);
}

describe('the page', () => {
  it('is served to everybody, and is never stored', async () => {
    const { status, headers, body } = await ask('/console');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(body.toString()).toContain('<meta name="auth-mode" content="api-key" />');
  });

  it('forbids inline scripts and styles, other origins, frames, and markup made of text', async () => {
    const policy = String((await ask('/console')).headers['content-security-policy']).split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ]),
    );
    expect(policy.join()).not.toMatch(/unsafe|\*|https?:|data:/);
  });

  it('is where its address with a slash leads, behind whatever a gateway has put in front', async () => {
    const { status, headers } = await ask('/console/');
    expect([status, headers.location, headers['cache-control']]).toEqual([308, '../console', 'no-store']);
  });

  it('names its files relatively, so that a gateway may put a path in front', async () => {
    const page = (await ask('/console')).body.toString();
    expect(await assets()).toHaveLength(3);
    expect(page).not.toMatch(/(?:href|src)="(?:\/|[a-z]+:)/);
    expect(page).not.toMatch(/<(?:script|style)(?![^>]*src=)[^>]*>|\sstyle=|\son\w+=/);
  });

  it('takes 30 kB in all, compressed', async () => {
    const paths = (await assets()).map((path) => `/${path}`);
    for (const encoding of ['br', 'gzip']) {
      const answers = await Promise.all(['/console', ...paths].map((path) => ask(path, encoding)));
      const bytes = answers.reduce((sum, { body }) => sum + body.length, 0);
      expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
    }
  });
});

describe('a file of the page', () => {
  it('has a hash in its name and may be kept for ever', async () => {
    for (const path of await assets()) {
      const { status, headers } = await ask(`/${path}`);
      expect(path).toMatch(/^console\/\w+-[A-Z\d]{8}\.(?:js|css|svg)$/);
      expect(status).toBe(200);
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
      expect(headers.vary).toBe('accept-encoding');
    }
  });

  it.each([
    ['br, gzip', 'br', brotliDecompressSync],
    ['gzip, deflate', 'gzip', gunzipSync],
    ['br;q=0, gzip', 'gzip', gunzipSync],
    ['identity', undefined, (body: Buffer) => body],
    [undefined, undefined, (body: Buffer) => body],
  ])('is encoded as a client takes it that says %s', async (accepted, encoding, decode) => {
    const [script = ''] = (await assets()).filter((path) => path.endsWith('.js'));
    const { headers, body } = await ask(`/${script}`, accepted);
    expect(headers['content-encoding']).toBe(encoding);
    expect(decode(body).equals((await ask(`/${script}`)).body)).toBe(true);
  });

  it.each(['app-AAAAAAAA.js', 'index.html', '..%2findex.html', '..%2f..%2fpackage.json', 'app.js.br'])(
    'is none of %s',
    async (name) => {
      const { status, headers } = await ask(`/console/${name}`);
      expect([status, headers['cache-control']]).toEqual([404, 'no-store']);
    },
  );
});

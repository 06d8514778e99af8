import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { PROBLEMS } from '../../src/problems/problem.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const root = new URL('../../', import.meta.url).pathname;
const checkedIn = JSON.parse(readFileSync(`${root}docs/openapi.json`, 'utf8')) as {
  paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
};

let service: Service;

beforeAll(async () => {
  service = await startService(sandboxVariables('http://127.0.0.1:9'));
});

afterAll(() => service.close());

describe('the description of the API', () => {
  it('that is served is docs/openapi.json', async () => {
    const { body, headers } = await service.http.get('/openapi.json').expect(200);
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(body).toEqual(checkedIn);
  });

  it('is valid OpenAPI 3.1 without a warning', () => {
    const linter = `${root}node_modules/@redocly/cli/bin/cli.js`;
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [linter, 'lint', 'docs/openapi.json'], {
      cwd: root,
      env,
      encoding: 'utf8',
    });
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: '' });
    expect(stderr).toContain('Your API description is valid');
  });

  it('gives each documented error a status of the list of problems', () => {
    const known = new Set(Object.values(PROBLEMS).map(({ status }) => String(status)));
    const documented = Object.values(checkedIn.paths)
      .flatMap((path) => Object.values(path))
      .flatMap(({ responses }) => Object.keys(responses))
      .filter((status) => status >= '400');
    expect(documented.filter((status) => !known.has(status))).toEqual([]);
  });
});

describe('the browsable reference', () => {
  it('is HTML whose every script, style and image this service itself serves', async () => {
    const { text, headers } = await service.http.get('/docs').expect(200);
    expect(headers['content-type']).toMatch(/^text\/html/);
    const assets = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, asset = '']) => asset);
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      const url = new URL(asset, `${service.url}/docs`);
      expect(url.origin).toBe(service.url);
      await service.http.get(url.pathname).expect(200);
    }
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import core, { type RulesetDefinition } from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { PROBLEMS } from '../../src/problems/problem.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { description as described, operations } from './contract.ts';

const { Spectral } = core;
const root = new URL('../../', import.meta.url).pathname;
interface Operation {
  readonly parameters: readonly { readonly in: string; readonly name: string }[];
  readonly responses: Record<string, unknown>;
}

const checkedIn = JSON.parse(readFileSync(`${root}docs/openapi.json`, 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
};

let service: Service;

beforeAll(async () => {
  service = await startService(sandboxVariables('http://127.0.0.1:9'));
});

afterAll(() => service.close());

describe('the description of the API', () => {
  it('that is served is docs/openapi.json, in which the tests of the description look (A6, A7, A17, A19)', async () => {
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

  it('(A17) has no error, and no warning, by the rules for OpenAPI of Spectral', async () => {
    const spectral = new Spectral();
    // Its types do not know its own ruleset.
    spectral.setRuleset({ extends: [[rulesets.oas as RulesetDefinition, 'recommended']] });
    expect(await spectral.run(JSON.stringify(checkedIn))).toEqual([]);
  });

  it('(A17) has one tag for each operation, and the profile first', () => {
    expect(operations.filter(({ tags }) => tags.length !== 1)).toEqual([]);
    expect(operations[0]?.operationId).toBe('getCustomerProfile');
    const known = described.tags.map(({ name }) => name);
    expect(operations.flatMap(({ tags }) => tags).filter((tag) => !known.includes(tag))).toEqual([]);
  });

  it('names the errors of a controller and those of its method, also when they have the same status', () => {
    const responses = operations.find(({ operationId }) => operationId === 'importCustomerLinks')?.responses;
    for (const code of ['link_store_unavailable', 'import_busy', 'source_unavailable'])
      expect(responses?.['503']?.description).toContain(`\`${code}\``);
    const connector = operations.find(({ operationId }) => operationId === 'getCustomerConnector')?.responses;
    for (const code of ['invalid_request', 'connector_not_linked'])
      expect(connector?.['400']?.description).toContain(`\`${code}\``);
  });

  it('gives each documented error a status of the list of problems', () => {
    const known = new Set(Object.values(PROBLEMS).map(({ status }) => String(status)));
    const documented = Object.values(checkedIn.paths)
      .flatMap((path) => Object.values(path))
      .flatMap(({ responses }) => Object.keys(responses))
      .filter((status) => status >= '400');
    expect(documented.filter((status) => !known.has(status))).toEqual([]);
  });

  it('names the header organisation on each operation that answers for one, and the customer of each that has one', () => {
    const operations = Object.entries(checkedIn.paths)
      .filter(([path]) => path.startsWith('/v1/customer'))
      .flatMap(([path, methods]) => Object.values(methods).map((operation) => ({ path, operation })));
    expect(operations).toHaveLength(17);
    for (const { path, operation } of operations) {
      const named = operation.parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
      expect(named).toContain('header organisation');
      expect(named.includes('path customerId')).toBe(path.includes('{customerId}'));
    }
  });

  it('has no error of a source where none is asked', () => {
    const forget = checkedIn.paths['/v1/customer-profiles/{customerId}/cache']?.delete;
    expect(Object.keys(forget?.responses ?? {})).toEqual([
      '204',
      '400',
      '401',
      '403',
      '405',
      '408',
      '429',
      '431',
      '500',
      '503',
    ]);
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

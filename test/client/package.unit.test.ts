import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { PROBLEM_CODES } from '../../client/src/index.ts';
import { PROBLEMS } from '../../src/problems/problem.ts';

const read = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')) as Record<string, unknown>;

it('the client has the version of the service, and nothing to install with it', () => {
  const client = read('client/package.json');
  expect(client.version).toBe(read('package.json').version);
  expect(Object.keys(client).filter((name) => /dependencies/i.test(name))).toEqual([]);
});

it('the client knows the codes of all problems', () => {
  expect([...PROBLEM_CODES].sort()).toEqual(Object.keys(PROBLEMS).sort());
});

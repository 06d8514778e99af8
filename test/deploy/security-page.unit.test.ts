import { expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url).pathname;
const page = readFileSync(`${root}docs/security.md`, 'utf8');

it('docs/security.md names tests that there are, and each risk of the OWASP API Top 10', () => {
  const named = [...page.matchAll(/`((?:test|tools)\/[^`]+)`/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((path) => !existsSync(root + path))).toEqual([]);
  for (let risk = 1; risk <= 10; risk += 1) expect(page).toContain(`| API${risk} `);
});

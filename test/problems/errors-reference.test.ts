import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { PROBLEMS } from '../../src/problems/problem.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const reference = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const sections = reference
  .split(/^## /m)
  .slice(1)
  .map((section) => ({
    code: section.slice(0, section.indexOf('\n')),
    status: Number(/^\*\*(\d{3})\.?\*\*/m.exec(section)?.[1]),
    examples: [...section.matchAll(/^```json\n(.*?)^```$/gms)].map(([, json = '']) => JSON.parse(json) as unknown),
  }));
const problems = Object.entries(PROBLEMS).map(([code, { status, title }]) => ({ code, status, title }));

let service: Service;

beforeAll(async () => {
  service = await startService(sandboxVariables('http://127.0.0.1:9'));
});

afterAll(() => service.close());

describe('docs/errors.md', () => {
  it('has one heading for each code, in the order of the list, and no other', () => {
    expect(sections.map(({ code }) => code)).toEqual(problems.map(({ code }) => code));
  });

  it('gives each code its status', () => {
    expect(sections.map(({ code, status }) => ({ code, status }))).toEqual(
      problems.map(({ code, status }) => ({ code, status })),
    );
  });

  it('shows for each code one example with its type, title and status', () => {
    const expected = problems.map(({ code, status, title }) => [
      { type: `/docs/errors.md#${code}`, title, status, code },
    ]);
    expect(sections.map(({ examples }) => examples)).toMatchObject(expected);
  });

  it('is served at the URL in the type of a problem', async () => {
    const problem = await service.http.get('/nowhere');
    const [path, heading] = String(problem.body.type).split('#');
    const { status, headers, text } = await service.http.get(String(path));
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/markdown; charset=utf-8');
    expect(text).toBe(reference);
    expect(text).toContain(`\n## ${heading}\n`);
  });
});

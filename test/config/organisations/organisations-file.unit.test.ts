import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '../../../src/config/config.ts';
import { readEnv } from '../../../src/config/environment/read-env.ts';

const id = '5b1f0c3e-7a52-4d0b-9c7e-2f6a8d4e1b90';
const good = { id, resellerApiKey: 'zq7-key', resellerClientSecret: 'zq7-secret', billingApiKey: 'zq7-billing' };

let folder: string;
let path: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'organisations-'));
  path = join(folder, 'organisations.json');
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const read = (content: string): Config => {
  writeFileSync(path, content);
  return new Config(readEnv({ ORGANISATIONS_FILE: path }));
};
const list = (...organisations: unknown[]): string => JSON.stringify({ organisations });
const tokenless = { ...good, resellerClientSecret: undefined };

describe('ORGANISATIONS_FILE', () => {
  it.each([
    ['is no JSON', '{"zq7', 'cannot be read as JSON'],
    ['is empty', '', 'cannot be read as JSON'],
    ['is a list', JSON.stringify([good]), 'organisations must be a list'],
    ['has no organisations', '{"organisations": {}}', 'organisations must be a list'],
    ['has an empty list', list(), 'organisations must be a list that is not empty'],
    ['has null for an organisation', list(good, null), 'organisations[1] must be an object'],
    ['has an id that is no UUID', list({ ...good, id: 'zq7' }), 'organisations[0].id must be a UUID'],
    ['has a list for an id', list({ ...good, id: [id] }), 'organisations[0].id must be a UUID'],
    ['has no reseller key', list({ ...good, resellerApiKey: '' }), 'organisations[0].resellerApiKey must be set'],
    [
      'has a key with a line break',
      list({ ...good, billingApiKey: 'zq7\n' }),
      'organisations[0].billingApiKey must be set',
    ],
    ['has neither token nor secret', list(tokenless), 'organisations[0] must have exactly one of'],
    [
      'has both token and secret',
      list({ ...good, resellerAccessToken: 'zq7' }),
      'organisations[0] must have exactly one of',
    ],
    [
      'has a number for a secret',
      list({ ...good, resellerClientSecret: 7 }),
      'organisations[0] must have exactly one of',
    ],
    ['has an id twice, in another case', list(good, { ...good, id: id.toUpperCase() }), 'an id occurs more than once'],
  ])('that %s stops the start, named without its content', (_case, content, issue) => {
    const reading = expect(() => read(content));
    reading.toThrow(`ORGANISATIONS_FILE: ${issue}`);
    reading.not.toThrow('zq7');
  });

  it('that does not exist stops the start', () => {
    const env = readEnv({ ORGANISATIONS_FILE: join(folder, 'nowhere.json') });
    expect(() => new Config(env)).toThrow('ORGANISATIONS_FILE: cannot be read');
  });

  it('with several issues is reported with all of them at once', () => {
    const reading = expect(() => read(list({ id: 'zq7' }, { ...good, billingApiKey: 1 })));
    for (const place of ['[0].id', '[0].resellerApiKey', '[0].billingApiKey', '[0] must', '[1].billingApiKey'])
      reading.toThrow(`organisations${place}`);
  });

  it('of the form that docs/organisations.md shows is read whole', () => {
    const reference = readFileSync(new URL('../../../docs/organisations.md', import.meta.url), 'utf8');
    const { organisations } = read(/^```json\n(.*?)^```$/ms.exec(reference)?.[1] ?? '');
    expect([...organisations.keys()].map((id) => organisations.get(id)?.resellerToken.kind)).toEqual([
      'client-credentials',
      'static',
    ]);
  });
});

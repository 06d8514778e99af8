import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { defaultEnv, documentedVariables } from '../../../src/config/environment/env.ts';
import { readEnv } from '../../../src/config/environment/read-env.ts';
import { type GeneratedFile, generatedFiles, locationOf } from '../../../tools/generate/generated-files.ts';

const example = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
const names = documentedVariables().map(({ name }) => name);

let files: readonly GeneratedFile[];

beforeAll(async () => {
  files = await generatedFiles();
});

describe('generated files', () => {
  it.each(['docs/environment.md', '.env.example', 'docs/openapi.json', 'client/src/api.ts'])(
    '%s is the current output of `npm run generate`',
    (path) => {
      const generated = files.filter((file) => file.path === path);
      expect(generated.map((file) => readFileSync(locationOf(file), 'utf8'))).toEqual([generated[0]?.content]);
    },
  );
});

describe('.env.example', () => {
  it('is a valid environment once its empty variables are filled in', () => {
    const empty = Object.keys(parseEnv(example));
    const filled = empty.map((name) => [name, name === 'BILLING_ORGANISATION' ? crypto.randomUUID() : 'filled-in']);
    expect(readEnv(Object.fromEntries(filled))).toMatchObject(Object.fromEntries(filled));
  });

  it('shows the default of every variable that has one, commented out', () => {
    const commented = parseEnv(example.replaceAll(/^# (?=[A-Z_]+=)/gm, ''));
    const defaults = Object.entries(defaultEnv())
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, String(value)]);
    expect(Object.keys(commented).sort()).toEqual([...names].sort());
    expect(commented).toMatchObject(Object.fromEntries(defaults));
  });
});

describe('docs/environment.md', () => {
  it('has one heading for each variable, in the order of their declaration', () => {
    const reference = readFileSync(new URL('../../../docs/environment.md', import.meta.url), 'utf8');
    expect([...reference.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading)).toEqual(names);
  });
});

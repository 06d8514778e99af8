import { afterAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_POLICY, policyContent } from '../../src/config/merge-policy/merge-policy.ts';

const root = new URL('../../', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'replay-'));
const example = join(root, 'docs/merging-example.json');

afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function replay(words: readonly string[], env: Record<string, string> = {}): Ended {
  return spawnSync(process.execPath, ['tools/replay.ts', ...words], {
    cwd: root,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
}

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const usual = policyContent(DEFAULT_POLICY);
const sources = ['connectors', 'reseller'];
const connectorsFirst = {
  ...usual,
  version: '2',
  fields: { ...usual.fields, name: { sources }, address: { sources } },
};

describe('npm run replay', () => {
  it('prints the record of a bundle, which has the conflicts and identity that docs/merging.md shows', () => {
    const { status, stdout, stderr } = replay([example]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const reference = readFileSync(join(root, 'docs/merging.md'), 'utf8');
    const [, shown = ''] = [...reference.matchAll(/^```json\n(.*?)^```$/gms)].map(([, json = '']) => json);
    const record = JSON.parse(stdout) as { conflicts: unknown; identity: unknown };
    expect({ conflicts: record.conflicts, identity: record.identity }).toEqual(JSON.parse(shown));
    expect(stdout).toBe(`${JSON.stringify(record, null, 2)}\n`);
  });

  it('prints the same bytes in another time zone and language, and whatever the time', () => {
    const elsewhere = { TZ: 'Pacific/Chatham', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' };
    expect(replay([example], elsewhere).stdout).toBe(replay([example], { TZ: 'UTC', LANG: 'C' }).stdout);
  });

  it('prints, with a policy, the fields that it would change', () => {
    const { status, stdout } = replay([example, '--policy', file('new.json', connectorsFirst)]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      from: DEFAULT_POLICY.version,
      to: expect.stringMatching(/^2\+/),
      fields: {
        name: {
          from: expect.objectContaining({ value: 'Halvorsen Boats (AGR-1234)', source: 'reseller' }),
          to: {
            value: 'HALVORSEN  BOATS AS',
            source: 'stripe',
            losers: [{ source: 'xero', value: 'Nordlys Kayaks' }],
            rule: 'source-order',
          },
        },
      },
    });
  });

  it('compares two policies with each other', () => {
    const [one, other] = [file('one.json', connectorsFirst), file('other.json', usual)];
    const back = JSON.parse(replay([example, '--policy', one, '--policy', other]).stdout) as { fields: object };
    expect(back).toMatchObject({ to: DEFAULT_POLICY.version, fields: { name: { to: { source: 'reseller' } } } });
    expect(JSON.parse(replay([example, '--policy', one, '--policy', one]).stdout)).toMatchObject({ fields: {} });
  });

  it.each([
    ['nothing', [], 'usage: npm run replay'],
    ['two bundles', [example, example], 'usage: npm run replay'],
    ['a policy without a file', [example, '--policy'], 'usage: npm run replay'],
    ['an unknown option', [example, '--zq8'], 'usage: npm run replay'],
    ['three policies', [example, ...['--policy', 'a', '--policy', 'a', '--policy', 'a']], 'usage: npm run replay'],
    ['a missing file', [join(folder, 'nowhere.json')], 'nowhere.json: must be a file'],
    ['a folder', [folder], ': must be a file'],
    ['no JSON', [file('no.json', '{"zq8')], 'no.json: cannot be read as JSON'],
    ['no bundle', [file('none.json', { zq8: 1 })], 'none.json: bundle must be 1'],
    ['a wrong policy', [example, '--policy', file('wrong.json', { version: 'zq8' })], 'wrong.json: fields must be'],
  ])('ends with 2 when given %s, and says so without a value', (_case, words, issue) => {
    const { status, stdout, stderr } = replay(words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(issue);
    expect(stderr).not.toContain('zq8');
    expect(stderr).not.toContain('    at ');
  });
});

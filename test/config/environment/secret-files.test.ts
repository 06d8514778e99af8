import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentedVariables } from '../../../src/config/environment/env.ts';
import { readEnv } from '../../../src/config/environment/read-env.ts';
import { sandboxVariables, type Variables } from '../../support/service.ts';

const folder = mkdtempSync(join(tmpdir(), 'secret-files-'));
const path = (name: string): string => join(folder, name);
const secrets = documentedVariables().filter(({ secret }) => secret);

/** The environment of a sandbox with this secret in a file alone. */
function withFile(name: string, file: string): Variables {
  const all = sandboxVariables('http://127.0.0.1:9', { REDIS_URL: 'redis://localhost' });
  return { ...all, [name]: '', [`${name}_FILE`]: file };
}

const problemsOf = (variables: Variables): string => {
  try {
    readEnv(variables);
    return '';
  } catch (error) {
    return String(error);
  }
};

beforeAll(() => {
  writeFileSync(path('secret'), 'zq7-secret\n');
  writeFileSync(path('empty'), '\n');
  execFileSync('mkfifo', [path('pipe')]);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a secret in a file (A12)', () => {
  it.each(['RESELLER_API_KEY', 'RESELLER_CLIENT_SECRET', 'BILLING_API_KEY'] as const)('%s is read', (name) => {
    expect(readEnv(withFile(name, path('secret')))[name]).toBe('zq7-secret');
  });

  it.each(secrets)('$name may be in one', ({ name }) => {
    expect(problemsOf(withFile(name, path('secret')))).not.toContain(`${name}_FILE`);
  });

  it.each(secrets)('$name: a file that is absent, empty or a pipe is named once, and no value is shown', ({ name }) => {
    for (const file of [path('nowhere'), path('empty'), path('pipe'), folder]) {
      const problems = problemsOf(withFile(name, file));
      expect(problems).toContain(`${name}_FILE: cannot be read, or is empty`);
      expect(problems).not.toContain(`${name}: `);
      expect(problems).not.toContain(folder);
    }
  });

  it('is not taken beside the variable itself', () => {
    const both = { ...withFile('BILLING_API_KEY', path('secret')), BILLING_API_KEY: 'zq7' };
    expect(problemsOf(both)).toContain('BILLING_API_KEY_FILE: not together with BILLING_API_KEY');
    expect(problemsOf(both)).not.toContain('zq7');
  });

  it('is for secrets alone', () => {
    expect(readEnv({ ...sandboxVariables('http://127.0.0.1:9'), LOG_LEVEL_FILE: path('secret') }).LOG_LEVEL).toBe(
      'debug',
    );
  });
});

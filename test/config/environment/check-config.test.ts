import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkConfig } from '../../../src/config/environment/check-config.ts';
import { documentedVariables } from '../../../src/config/environment/env.ts';
import { sandboxVariables } from '../../support/service.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const SECRETS = {
  REDIS_URL: 'redis://zq7user:zq7pass@localhost:6379',
  RESELLER_API_KEY: 'zq7-reseller',
  RESELLER_CLIENT_SECRET: 'zq7-secret',
  BILLING_API_KEY: 'zq7-billing',
  AUTH_MODE: 'api-key',
  API_KEYS: 'orders:zq7-key-of-orders-1,support:zq7-key-of-support-1',
  CACHE_ENCRYPTION_KEYS: `now:${KEY}`,
  UPSTREAM_PROXY_URL: 'http://zq7user:zq7pass@proxy.example.org:3128', // secretlint-disable-line -- invented
};

describe('the check of the configuration', () => {
  it('shows each variable with its value and origin, and no secret', () => {
    const variables = sandboxVariables('http://127.0.0.1:9', { ...SECRETS, CACHE_FRESH_SECONDS: '60' });
    const { isValid, used, issues } = checkConfig(variables);
    expect({ isValid, issues }).toEqual({ isValid: true, issues: [] });
    for (const { name } of documentedVariables())
      expect(used.filter((line) => line.startsWith(`${name}=`))).toHaveLength(1);
    expect(used).toContain('CACHE_FRESH_SECONDS=60 (set)');
    expect(used).toContain('CACHE_STALE_SECONDS=86400 (default)');
    expect(used).toContain('CALLERS_FILE= (not set)');
    expect(used).toContain('REDIS_URL=*** (secret, set)');
    expect(used).toContain('callers: orders, support');
    expect(used).toContain(`organisations: ${variables.BILLING_ORGANISATION}`);
    expect(used.join('\n')).not.toContain('zq7');
    expect(used.join('\n')).not.toContain(KEY);
  });

  it('says that a secret is from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'check-config-'));
    writeFileSync(join(folder, 'key'), 'zq7-from-file\n');
    const { used } = checkConfig(
      sandboxVariables('http://127.0.0.1:9', { BILLING_API_KEY: '', BILLING_API_KEY_FILE: join(folder, 'key') }),
    );
    rmSync(folder, { recursive: true });
    expect(used).toContain('BILLING_API_KEY=*** (secret, from BILLING_API_KEY_FILE)');
    expect(used.join('\n')).not.toContain('zq7');
  });

  it('names each wrong variable and file, and what looks like a variable and is none', () => {
    const { isValid, used, issues } = checkConfig({
      ...sandboxVariables('http://127.0.0.1:9'),
      PORT: 'zq7',
      CACHE_FRESH_SECOND: '9',
    });
    expect({ isValid, used }).toEqual({ isValid: false, used: [] });
    expect(issues.join('\n')).toMatch(/^ {2}PORT: must/m);
    expect(issues).toContain('CACHE_FRESH_SECOND: no variable of this service; did you mean CACHE_FRESH_SECONDS?');
    expect(issues.join('\n')).not.toContain('zq7');
    const file = checkConfig(sandboxVariables('http://127.0.0.1:9', { PROFILE_POLICY_FILE: '/nowhere/zq7.json' }));
    expect(file.isValid).toBe(false);
    expect(file.issues.join('\n')).toContain('PROFILE_POLICY_FILE: cannot be read');
  });
});

import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '../../../src/config/config.ts';
import { readEnv } from '../../../src/config/environment/read-env.ts';
import { DEFAULT_POLICY, policyContent } from '../../../src/config/merge-policy/merge-policy.ts';
import { sandboxVariables, type Variables } from '../../support/service.ts';

const folder = mkdtempSync(join(tmpdir(), 'shared-domains-'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const configOf = (more: Variables): Config => new Config(readEnv(sandboxVariables('http://127.0.0.1:9', more)));

describe('SHARED_MAIL_DOMAINS_FILE (C7)', () => {
  it('adds its domains to those of the policy, which is another version then', () => {
    const policy = { ...policyContent(DEFAULT_POLICY), sharedDomains: ['invoices.example.com'] };
    const PROFILE_POLICY_FILE = file('policy.json', JSON.stringify(policy));
    const SHARED_MAIL_DOMAINS_FILE = file(
      'domains',
      '# of our country\nMail.example.net\r\n\n  post.example.org \ninvoices.example.com\n',
    );
    const { mergePolicy } = configOf({ PROFILE_POLICY_FILE, SHARED_MAIL_DOMAINS_FILE });
    expect(mergePolicy.sharedDomains).toEqual(['invoices.example.com', 'mail.example.net', 'post.example.org']);
    expect(mergePolicy.version).not.toBe(configOf({ PROFILE_POLICY_FILE }).mergePolicy.version);
    expect(mergePolicy.label).toBe(policy.version);
  });

  it('works without a policy', () => {
    const { mergePolicy } = configOf({ SHARED_MAIL_DOMAINS_FILE: file('domains', 'mail.example.net') });
    expect(mergePolicy.sharedDomains).toEqual(['mail.example.net']);
  });

  it.each([
    ['no domain', 'mail.example.net\nzq7 zq7\n', 'domain 2 must be a domain'],
    ['a suffix', '# one\nco.uk', 'domain 1 must be below'],
    ['one twice', 'a.example.com\nb.example.com\na.example.com', 'domain 3 repeats domain 1'],
  ])('ends the start with %s, by its place and without its content', (_what, content, issue) => {
    const start = (): Config => configOf({ SHARED_MAIL_DOMAINS_FILE: file('domains', content) });
    expect(start).toThrow(`SHARED_MAIL_DOMAINS_FILE: ${issue}`);
    expect(start).not.toThrow('zq7');
  });

  it('ends the start when it cannot be read', () => {
    expect(() => configOf({ SHARED_MAIL_DOMAINS_FILE: join(folder, 'nowhere') })).toThrow(
      'SHARED_MAIL_DOMAINS_FILE: cannot be read',
    );
    expect(() => configOf({ SHARED_MAIL_DOMAINS_FILE: folder })).toThrow('SHARED_MAIL_DOMAINS_FILE: must be a file');
  });
});

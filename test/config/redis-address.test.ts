import { afterAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError } from '../../src/config/environment/environment-error.ts';
import { readEnv } from '../../src/config/environment/read-env.ts';
import { readRedisAddress } from '../../src/config/redis-address.ts';
import { selfSigned } from '../support/self-signed.ts';
import { sandboxVariables, type Variables } from '../support/service.ts';

const standalone = { mode: 'standalone', tls: false, username: null, password: null, db: 0, primaryName: null };
const sentinel = { ...standalone, mode: 'sentinel', primaryName: 'main' };

describe('an address of Redis', () => {
  it.each<[string, object]>([
    ['redis://h', { ...standalone, hosts: [{ host: 'h', port: 6379 }] }],
    ['redis://h:7/', { ...standalone, hosts: [{ host: 'h', port: 7 }] }],
    ['rediss://h.example.org:7/3', { ...standalone, tls: true, db: 3, hosts: [{ host: 'h.example.org', port: 7 }] }],
    ['redis://[::1]:7', { ...standalone, hosts: [{ host: '::1', port: 7 }] }],
    ['redis://[fe80::2]', { ...standalone, hosts: [{ host: 'fe80::2', port: 6379 }] }],
    ['redis://u:p@h', { ...standalone, username: 'u', password: 'p', hosts: [{ host: 'h', port: 6379 }] }],
    ['redis://:p@h', { ...standalone, password: 'p', hosts: [{ host: 'h', port: 6379 }] }],
    ['redis://u@h', { ...standalone, username: 'u', password: '', hosts: [{ host: 'h', port: 6379 }] }],
    [
      'redis://u:p%40%2F:%25@h',
      { ...standalone, username: 'u', password: 'p@/:%', hosts: [{ host: 'h', port: 6379 }] },
    ],
    ['redis://:p@w,x/y@h/1', { ...standalone, password: 'p@w,x/y', db: 1, hosts: [{ host: 'h', port: 6379 }] }],
  ])('%s is one server', (text, expected) => {
    expect(readRedisAddress(text)).toStrictEqual(expected);
  });

  it.each<[string, object]>([
    ['redis://a,b:7', {}],
    ['redis://a, b:7', {}],
    ['redis://a,redis://b:7', {}],
    ['rediss://a,rediss://b:7/', { tls: true }],
    ['redis://u:p@a,b:7', { username: 'u', password: 'p' }],
    ['redis://u:p@a,redis://u:p@b:7', { username: 'u', password: 'p' }],
    ['redis://u:p@a,redis://b:7/0', { username: 'u', password: 'p' }],
    ['redis://u:p,w@a,b:7', { username: 'u', password: 'p,w' }],
  ])('%s is a cluster', (text, more) => {
    const hosts = [
      { host: 'a', port: 6379 },
      { host: 'b', port: 7 },
    ];
    expect(readRedisAddress(text)).toStrictEqual({ ...standalone, mode: 'cluster', hosts, ...more });
  });

  it.each<[string, object]>([
    ['redis+sentinel://a/main', { hosts: [{ host: 'a', port: 26_379 }] }],
    ['redis+sentinel://a/main/2', { hosts: [{ host: 'a', port: 26_379 }], db: 2 }],
    ['rediss+sentinel://a/main', { hosts: [{ host: 'a', port: 26_379 }], tls: true }],
    [
      'redis+sentinel://u:p@a:1,[::1]:2,c/main',
      {
        ...{ username: 'u', password: 'p' },
        hosts: [
          { host: 'a', port: 1 },
          { host: '::1', port: 2 },
          { host: 'c', port: 26_379 },
        ],
      },
    ],
  ])('%s names sentinels', (text, more) => {
    expect(readRedisAddress(text)).toStrictEqual({ ...sentinel, ...more });
  });

  it.each([
    ...['', 'h', 'redis:h', 'redis:/h', 'redis://', 'redis:///', 'http://h', 'REDIS://h', 'redis+tls://h'],
    ...['redis://h:0', 'redis://h:65536', 'redis://h:x', 'redis://h:', 'redis://::1', 'redis://[::1', 'redis://[h]'],
    ...['redis://h/x', 'redis://h/1/2', 'redis://h?db=1', 'redis://h#1', 'redis://h h', 'redis://u:%zz@h'],
    ...['redis://a,', 'redis://,a', 'redis://a,,b', 'redis://a,b/1', 'redis://a,rediss://b', 'redis://a,http://b'],
    ...['redis://u:p@a,redis://u:q@b', 'redis://a,redis+sentinel://b/main', 'redis://a,redis://b/1'],
    ...['redis+sentinel://a', 'redis+sentinel://a/', 'redis+sentinel://a/main/x', 'redis+sentinel:///main'],
    ...['redis+sentinel://a/ma in', 'redis+sentinel://a/main/1/2', `redis://${'h'.repeat(300)}`],
  ])('%j is no address', (text) => {
    expect(readRedisAddress(text)).toBeNull();
  });

  it('of absurd length is refused in linear time', () => {
    const parts = ['a,', 'redis://', '@', ',redis://', '/', ':', '%41', ', ', '['];
    const script = `
      import { readRedisAddress } from ${JSON.stringify(new URL('../../src/config/redis-address.ts', import.meta.url))};
      const read = (part) => readRedisAddress('redis://' + part.repeat(1_000_000));
      console.log(JSON.stringify(${JSON.stringify(parts)}.map(read)));
    `;
    // A process of its own, which the limit can end: work that grows with the square would take hours.
    const args = ['--no-warnings', '--input-type=module', '--eval', script];
    const answer = execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 50_000 });
    expect(JSON.parse(answer)).toEqual(parts.map(() => null));
  });
});

describe('REDIS_CA_FILE and REDIS_SENTINEL_PASSWORD', () => {
  const folder = mkdtempSync(join(tmpdir(), 'redis-ca-'));
  const [good, broken, key] = ['good', 'broken', 'key'].map((name) => join(folder, name)) as [string, string, string];
  const pair = selfSigned();
  writeFileSync(good, `# two of them\n${pair.cert}\n${selfSigned().cert}`);
  writeFileSync(broken, pair.cert.replace(/\n\w{10}/, '\nzq7zq7zq7z'));
  writeFileSync(key, pair.key);

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const issuesOf = (variables: Variables): readonly string[] => {
    try {
      readEnv({ ...sandboxVariables('http://localhost:9'), ...variables });
    } catch (error) {
      if (error instanceof EnvironmentError) return error.issues;
      throw error;
    }
    return [];
  };
  const names = (variables: Variables): readonly string[] =>
    issuesOf(variables).map((issue) => issue.split(':')[0] ?? '');

  it('are accepted where they are used', () => {
    expect(names({ REDIS_URL: 'rediss://h', REDIS_CA_FILE: good })).toEqual([]);
    expect(names({ REDIS_URL: 'redis+sentinel://h/main', REDIS_SENTINEL_PASSWORD: 'x' })).toEqual([]);
    expect(names({ REDIS_URL: 'rediss+sentinel://h/m', REDIS_CA_FILE: good, REDIS_SENTINEL_PASSWORD: 'x' })).toEqual(
      [],
    );
  });

  it.each([
    ['a file that is not there', join(folder, 'zq7')],
    ['a folder', folder],
    ['a broken certificate', broken],
    ['a key', key],
  ])('report %s, without its path or content', (_title, path) => {
    const issues = issuesOf({ REDIS_URL: 'rediss://h', REDIS_CA_FILE: path });
    expect(issues).toEqual([expect.stringMatching(/^REDIS_CA_FILE: must/)]);
    expect(issues.join()).not.toMatch(/zq7|redis-ca-/);
  });

  it('are refused where they are not used', () => {
    expect(names({ REDIS_URL: 'redis://h', REDIS_CA_FILE: good })).toEqual(['REDIS_CA_FILE']);
    expect(names({ REDIS_CA_FILE: good })).toEqual(['REDIS_CA_FILE']);
    expect(names({ REDIS_URL: 'redis://h', REDIS_SENTINEL_PASSWORD: 'zq7' })).toEqual(['REDIS_SENTINEL_PASSWORD']);
    // Nothing is known of the address: one issue, not three.
    expect(names({ REDIS_URL: 'zq7', REDIS_CA_FILE: good, REDIS_SENTINEL_PASSWORD: 'x' })).toEqual(['REDIS_URL']);
  });

  describe('REDIS_CERT_FILE and REDIS_KEY_FILE', () => {
    const pairOf = (certFile: string, keyFile: string): Variables => ({
      REDIS_URL: 'rediss://h',
      REDIS_CERT_FILE: certFile,
      REDIS_KEY_FILE: keyFile,
    });
    const [locked, other] = [join(folder, 'locked'), join(folder, 'other')];
    const passphrase = { cipher: 'aes-256-cbc', passphrase: 'zq7' };
    writeFileSync(locked, createPrivateKey(pair.key).export({ type: 'pkcs8', format: 'pem', ...passphrase }));
    writeFileSync(other, selfSigned().key);

    it('are accepted together, with the key of the first certificate (E14)', () => {
      expect(names(pairOf(good, key))).toEqual([]);
    });

    it.each([
      ['a certificate that is not there', pairOf(join(folder, 'zq7'), key), 'REDIS_CERT_FILE'],
      ['a broken certificate', pairOf(broken, key), 'REDIS_CERT_FILE'],
      ['a key in place of the certificate', pairOf(key, key), 'REDIS_CERT_FILE'],
      ['a key that is not there', pairOf(good, join(folder, 'zq7')), 'REDIS_KEY_FILE'],
      ['a folder in place of the key', pairOf(good, folder), 'REDIS_KEY_FILE'],
      ['a certificate in place of the key', pairOf(good, good), 'REDIS_KEY_FILE'],
      ['a key with a passphrase', pairOf(good, locked), 'REDIS_KEY_FILE'],
      ['the key of another certificate', pairOf(good, other), 'REDIS_KEY_FILE'],
      ['a certificate without a key', { REDIS_URL: 'rediss://h', REDIS_CERT_FILE: good }, 'REDIS_KEY_FILE'],
      ['a key without a certificate', { REDIS_URL: 'rediss://h', REDIS_KEY_FILE: key }, 'REDIS_CERT_FILE'],
    ])('report %s, without its path or content (E14)', (_title, variables, name) => {
      const issues = issuesOf(variables);
      expect(issues).toEqual([expect.stringMatching(new RegExp(`^${name}: must`))]);
      expect(issues.join()).not.toMatch(/zq7|redis-ca-/);
    });

    it('are refused where they are not used (E14)', () => {
      expect(names({ ...pairOf(good, key), REDIS_URL: 'redis://h' })).toEqual(['REDIS_CERT_FILE', 'REDIS_KEY_FILE']);
    });
  });
});

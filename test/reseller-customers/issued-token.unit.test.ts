import { describe, expect, it } from '@jest/globals';
import { readIssuedToken, readSharedToken } from '../../src/reseller-customers/issued-token.ts';

const NOW = 1_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('a token that was issued', () => {
  it.each<readonly [string, unknown, number]>([
    ['an hour', 3600, HOUR],
    ['an hour as text', '3600', HOUR],
    ['less than a minute', 1, MINUTE],
    ['a fraction of a second', 0.001, MINUTE],
    ['a minute', 60, MINUTE],
    ['more than a minute', 61, MINUTE + 1000],
    ['a day', 86_400, 24 * HOUR],
    ['more than a day', 86_401, 24 * HOUR],
    ['nothing', undefined, 5 * MINUTE],
    ['null', null, 5 * MINUTE],
    ['zero', 0, 5 * MINUTE],
    ['less than zero', -1, 5 * MINUTE],
    ['an empty text', '', 5 * MINUTE],
    ['a word', 'soon', 5 * MINUTE],
    ['true', true, 5 * MINUTE],
    ['a list', [3600], 5 * MINUTE],
    ['infinity', '1e999', 5 * MINUTE],
  ])('for %s lives for a sensible time', (_title, expiresIn, lifeMs) => {
    const token = readIssuedToken({ access_token: 'a.b-c', expires_in: expiresIn }, NOW);
    expect(token).toMatchObject({ value: 'a.b-c', issuedAt: NOW, expiresAt: NOW + lifeMs });
  });

  it('is renewed three minutes before its end, or after half of a short life', () => {
    const renewAfter = (seconds: number): number | undefined =>
      readIssuedToken({ access_token: 'a', expires_in: seconds }, NOW)?.renewAt;
    expect(renewAfter(3600)).toBe(NOW + 57 * MINUTE);
    expect(renewAfter(360)).toBe(NOW + 3 * MINUTE);
    expect(renewAfter(120)).toBe(NOW + MINUTE);
  });

  it.each([
    null,
    'a',
    [{ access_token: 'a' }],
    {},
    { access_token: null },
    { access_token: 7 },
    { access_token: '' },
    { access_token: 'a b' },
    { access_token: ' a' },
    { access_token: 'a\n' },
    { access_token: 'a\r\nX-Other: 1' },
    { access_token: 'ä' },
    { access_token: ['a'] },
  ])('is none in %j', (body) => {
    expect(readIssuedToken(body, NOW)).toBeNull();
  });
});

describe('a token that another process shared', () => {
  const token = { value: 'a', issuedAt: NOW, renewAt: NOW + 1, expiresAt: NOW + 2 };

  it('is read, and nothing beside it', () => {
    expect(readSharedToken(JSON.stringify({ ...token, more: 1 }))).toStrictEqual(token);
  });

  it.each([
    '',
    '{',
    'null',
    '"a"',
    '[]',
    JSON.stringify({ ...token, value: 7 }),
    JSON.stringify({ ...token, value: undefined }),
    JSON.stringify({ ...token, issuedAt: '1' }),
    JSON.stringify({ ...token, renewAt: null }),
    JSON.stringify({ ...token, expiresAt: undefined }),
  ])('is none in %j', (text) => {
    expect(readSharedToken(text)).toBeNull();
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readIssuedToken, readSharedToken } from '../../src/reseller-customers/issued-token.ts';
import { type Stack, startStack } from '../customer-profiles/stack.ts';
import { pass } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { resellerOnly } from '../upstream/reading.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

describe('a token’s life as read', () => {
  it.each([
    [86_399, 86_399_000, 86_399_000 - 3 * MINUTE_MS],
    ['3600', 60 * MINUTE_MS, 57 * MINUTE_MS],
    [undefined, 5 * MINUTE_MS, 2.5 * MINUTE_MS],
    [0, 5 * MINUTE_MS, 2.5 * MINUTE_MS],
    [-1, 5 * MINUTE_MS, 2.5 * MINUTE_MS],
    ['soon', 5 * MINUTE_MS, 2.5 * MINUTE_MS],
    [null, 5 * MINUTE_MS, 2.5 * MINUTE_MS],
    [1, MINUTE_MS, 0.5 * MINUTE_MS],
    [1e12, DAY_MS, DAY_MS - 3 * MINUTE_MS],
    [86_399_000, DAY_MS, DAY_MS - 3 * MINUTE_MS],
  ])('expires_in %j: ends after %d ms, renewed after %d ms', (expires_in, endsMs, renewMs) => {
    expect(readIssuedToken({ access_token: 'abc', expires_in }, 1000)).toStrictEqual({
      value: 'abc',
      issuedAt: 1000,
      renewAt: 1000 + renewMs,
      expiresAt: 1000 + endsMs,
    });
  });

  it('is between a minute and a day, with half of it or more before the renewal, whatever the issuer says', () => {
    fc.assert(
      fc.property(fc.anything(), (expires_in) => {
        const token = readIssuedToken({ access_token: 'abc', expires_in }, 0);
        expect(token?.expiresAt).toBeGreaterThanOrEqual(MINUTE_MS);
        expect(token?.expiresAt).toBeLessThanOrEqual(DAY_MS);
        expect(token?.renewAt).toBeGreaterThanOrEqual((token?.expiresAt ?? NaN) / 2);
        expect(token?.renewAt).toBeLessThan(token?.expiresAt ?? NaN);
      }),
    );
  });

  it('is none where there is no token that can be sent in a header', () => {
    for (const access_token of [undefined, null, '', 5, 'a b', 'a\r\nX: y', 'é', ['a']])
      expect(readIssuedToken({ access_token, expires_in: 60 }, 0)).toBeNull();
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(() => readIssuedToken(value, 0)).not.toThrow();
      }),
    );
  });

  it('is none for what another process cannot have shared', () => {
    const shared = { value: 'abc', issuedAt: 1, renewAt: 2, expiresAt: 3 };
    expect(readSharedToken(JSON.stringify(shared))).toStrictEqual(shared);
    for (const text of ['', '{', 'null', '[]', '{}', JSON.stringify({ ...shared, renewAt: '2' })])
      expect(readSharedToken(text)).toBeNull();
  });
});

describe('`expires_in` missing, zero, negative, a string, or absurdly large (F24)', () => {
  let stack: Stack;
  let service: Service;

  beforeAll(async () => {
    stack = await startStack();
  });

  afterEach(async () => {
    stack.sandbox.faults.clear();
    await service.close();
  });

  afterAll(() => stack.close());

  it.each([
    ['missing', undefined],
    ['zero', 0],
    ['negative', -3600],
    ['a string', '3600'],
    ['no number', 'tomorrow'],
    ['absurdly large', 1e300],
  ])('%s: clamped; one token call for thirty reads, never a loop', async (_title, expires_in) => {
    service = await stack.start();
    stack.sandbox.traffic.reset();
    const fault =
      expires_in === undefined
        ? ({ kind: 'override', patch: {}, remove: ['expires_in'] } as const)
        : ({ kind: 'override', patch: { expires_in } } as const);
    stack.sandbox.faults.set('token', fault);
    for (const path of resellerOnly(stack, 30)) await service.http.get(path).expect(200);
    expect(stack.sandbox.traffic.counts.bySource).toMatchObject({ token: 1, reseller: 30 });
    await pass(100 * DAY_MS, service);
    await service.http.get(resellerOnly(stack, 1)[0] ?? '').expect(200);
    expect(stack.sandbox.traffic.counts.bySource.token).toBe(2);
  });
});

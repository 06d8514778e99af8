import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, type GenerateKeyPairResult, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { eventually } from '../support/eventually.ts';
import { isRetryPause, throughWaits } from '../support/passing-time.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { TestClock } from '../support/test-clock.ts';
import { AUDIENCE, ISSUER, type KeyServer, startKeyServer } from './key-server.ts';

const TEN_MINUTES_MS = 600_000;
const MIN_INTERVAL_MS = 1000;
const DAY_MS = 86_400_000;

const clock = new TestClock();
let sandbox: Sandbox;
let keyServer: KeyServer;
let service: Service;
/** Requests for the keys before the test. */
let before: number;

beforeAll(async () => {
  [sandbox, keyServer] = await Promise.all([startSandbox(), startKeyServer(clock)]);
});

beforeEach(async () => {
  keyServer.answer = null;
  before = keyServer.requests;
  const jwt = { JWT_JWKS_URL: keyServer.jwksUrl, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE };
  service = await startService(
    sandboxVariables(sandbox.url, { AUTH_MODE: 'jwt', REQUEST_BUDGET_MS: '20000', ...jwt }),
    { clock },
  );
});

afterEach(() => service.close());

afterAll(() => Promise.all([sandbox.close(), keyServer.close()]));

let made = 0;

/** The pause before a fetch that comes too soon after another one. */
const isPause = (ms: number): boolean => ms > MIN_INTERVAL_MS / 2 && ms <= MIN_INTERVAL_MS;

/** The result of checking a new token that is signed with the named key. Time passes for a fetch that must wait. */
async function newToken(kid?: string, pauseMs = MIN_INTERVAL_MS, isWait = isPause): Promise<number> {
  made += 1;
  const token = await keyServer.sign('ES256', { jti: String(made) }, kid);
  const request = service.http.get('/v1/customer-profiles/9876543210').set('Authorization', `Bearer ${token}`);
  return (await throughWaits(service, request, pauseMs, isWait)).status;
}
const newTokens = (count: number, kid?: string): Promise<readonly number[]> =>
  Promise.all(Array.from({ length: count }, () => newToken(kid)));
/** As `newToken`, while the provider fails: its calls are repeated after a pause. */
const tokenDuringOutage = (kid?: string): Promise<number> => newToken(kid, 100, isRetryPause);
const fetches = (): number => keyServer.requests - before;

describe('the keys that sign callers’ tokens', () => {
  it('are fetched once for many tokens, at once and one after the other', async () => {
    expect(new Set(await newTokens(20))).toEqual(new Set([200]));
    expect(await newToken()).toBe(200);
    expect(fetches()).toBe(1);
  });

  it('are fetched again after ten minutes and not before, once for many tokens, which do not wait for it', async () => {
    await newToken();
    clock.advance(TEN_MINUTES_MS - 1);
    expect(await newToken()).toBe(200);
    expect(fetches()).toBe(1);
    clock.advance(1);
    expect(new Set(await newTokens(5))).toEqual(new Set([200]));
    await eventually('they are fetched', () => fetches() === 2);
    expect(await newToken()).toBe(200);
    expect(fetches()).toBe(2);
  });

  it('are fetched again at once for an unknown key id, once for many tokens, at most once a second (E11)', async () => {
    expect(await newToken()).toBe(200);
    clock.advance(MIN_INTERVAL_MS);
    const startedAt = clock.monotonic();
    expect(await newToken('unknown')).toBe(401);
    expect(fetches()).toBe(2);
    expect(clock.monotonic()).toBe(startedAt);
    expect(new Set(await newTokens(5, 'unknown'))).toEqual(new Set([401]));
    expect(fetches()).toBeGreaterThan(2);
    const seconds = (clock.monotonic() - startedAt) / MIN_INTERVAL_MS;
    expect(fetches() - 2).toBeLessThanOrEqual(seconds);
    const found = fetches();
    // Naming a known one is no reason to fetch any.
    clock.advance(MIN_INTERVAL_MS);
    expect(await newToken()).toBe(200);
    expect(fetches()).toBe(found);
  });

  it('include a new key for the first token that names it, also a moment after the last fetch (E11)', async () => {
    keyServer.answer = { status: 200, body: '{"keys": []}' };
    expect(await newToken()).toBe(401);
    keyServer.answer = null;
    expect(await newToken()).toBe(200);
  });

  it('are trusted for ten minutes after they are withdrawn, and not after the fetch that follows', async () => {
    expect(await newToken()).toBe(200);
    keyServer.answer = { status: 200, body: '{"keys": []}' };
    clock.advance(TEN_MINUTES_MS);
    await newToken();
    await eventually('they are fetched', () => fetches() >= 2);
    expect(await newToken()).toBe(401);
  });

  it('are used for a day while the provider is unreachable, and tokens wait for no call to it (U3, R6)', async () => {
    expect(await newToken()).toBe(200);
    keyServer.answer = { status: 500, body: '{}' };
    for (const waitMs of [TEN_MINUTES_MS, TEN_MINUTES_MS, DAY_MS - 3 * TEN_MINUTES_MS]) {
      clock.advance(waitMs);
      expect(await tokenDuringOutage()).toBe(200);
    }
    clock.advance(TEN_MINUTES_MS);
    expect(await tokenDuringOutage()).toBe(503);
    clock.advance(MIN_INTERVAL_MS);
    expect(await tokenDuringOutage('unknown')).toBe(503);
  });

  it('are fetched for the next token after a failed fetch', async () => {
    keyServer.answer = { status: 500, body: '{}' };
    expect(await tokenDuringOutage()).toBe(503);
    const failed = fetches();
    keyServer.answer = null;
    expect(await newToken()).toBe(200);
    expect(fetches()).toBe(failed + 1);
  });

  it('without ids are each tried; for a token that none fits they are fetched again (E11)', async () => {
    const [first, second, later] = await Promise.all([1, 2, 3].map(() => generateKeyPair('ES256')));
    const published = async (...pairs: (GenerateKeyPairResult | undefined)[]): Promise<string> =>
      JSON.stringify({ keys: await Promise.all(pairs.map(async (pair) => pair && exportJWK(pair.publicKey))) });
    const read = async (pair: GenerateKeyPairResult | undefined): Promise<number> => {
      if (!pair) throw new Error('no key');
      const exp = Math.floor(clock.timeOfDay() / 1000) + 300;
      const token = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, scope: 'profiles:read', exp, jti: randomUUID() })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
        .sign(pair.privateKey);
      const request = service.http.get('/v1/customer-profiles/9876543210').set('Authorization', `Bearer ${token}`);
      return (await throughWaits(service, request, MIN_INTERVAL_MS, isPause)).status;
    };
    keyServer.answer = { status: 200, body: await published(first, second) };
    expect([await read(first), await read(second), fetches()]).toStrictEqual([200, 200, 1]);
    expect([await read(later), fetches()]).toStrictEqual([401, 2]);
    keyServer.answer = { status: 200, body: await published(later) };
    expect([await read(later), fetches()]).toStrictEqual([200, 3]);
    expect(await read(first)).toBe(401);
  });
});

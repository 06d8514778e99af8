import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { TestClock } from '../support/test-clock.ts';
import { AUDIENCE, ISSUER, type KeyServer, startKeyServer } from './key-server.ts';
import { throughWaits } from '../support/passing-time.ts';

const TEN_MINUTES_MS = 600_000;
const COOLDOWN_MS = 30_000;

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
  service = await startService(sandboxVariables(sandbox.url, { AUTH_MODE: 'jwt', ...jwt }), { clock });
});

afterEach(() => service.close());

afterAll(() => Promise.all([sandbox.close(), keyServer.close()]));

let made = 0;

/** The result of checking a new token that is signed with the named key. */
async function newToken(kid?: string): Promise<number> {
  made += 1;
  const token = await keyServer.sign('ES256', { jti: String(made) }, kid);
  const request = service.http.get('/v1/customer-profiles/9876543210').set('Authorization', `Bearer ${token}`);
  return (await throughWaits(service, request)).status;
}
const newTokens = (count: number, kid?: string): Promise<readonly number[]> =>
  Promise.all(Array.from({ length: count }, () => newToken(kid)));
const fetches = (): number => keyServer.requests - before;

describe('the keys that sign callers’ tokens', () => {
  it('are fetched once for many tokens, at once and one after the other', async () => {
    expect(new Set(await newTokens(20))).toEqual(new Set([200]));
    expect(await newToken()).toBe(200);
    expect(fetches()).toBe(1);
  });

  it('are fetched again after ten minutes and not before, once for many tokens', async () => {
    await newToken();
    clock.advance(TEN_MINUTES_MS - 1);
    expect(await newToken()).toBe(200);
    expect(fetches()).toBe(1);
    clock.advance(1);
    expect(new Set(await newTokens(5))).toEqual(new Set([200]));
    expect(fetches()).toBe(2);
  });

  it('are fetched again for an unknown key id, but not within 30 s of the last fetch', async () => {
    expect(new Set(await newTokens(5, 'unknown'))).toEqual(new Set([401]));
    clock.advance(COOLDOWN_MS - 1);
    expect(await newToken('unknown')).toBe(401);
    expect(fetches()).toBe(1);
    clock.advance(1);
    expect(new Set(await newTokens(5, 'unknown'))).toEqual(new Set([401]));
    expect(fetches()).toBe(2);
    // Who names a known one is no reason to fetch any.
    clock.advance(COOLDOWN_MS);
    expect(await newToken()).toBe(200);
    expect(fetches()).toBe(2);
  });

  it('include a new key for the first token that names it', async () => {
    keyServer.answer = { status: 200, body: '{"keys": []}' };
    expect(await newToken()).toBe(401);
    keyServer.answer = null;
    clock.advance(COOLDOWN_MS);
    expect(await newToken()).toBe(200);
    expect(fetches()).toBe(2);
  });

  it('are trusted for at most ten minutes after they are withdrawn', async () => {
    expect(await newToken()).toBe(200);
    keyServer.answer = { status: 200, body: '{"keys": []}' };
    clock.advance(TEN_MINUTES_MS);
    expect(await newToken()).toBe(401);
  });

  it('are fetched for the next token after a failed fetch', async () => {
    keyServer.answer = { status: 500, body: '{}' };
    expect(await newToken()).toBe(503);
    const failed = fetches();
    keyServer.answer = null;
    expect(await newToken()).toBe(200);
    expect(fetches()).toBe(failed + 1);
  });
});

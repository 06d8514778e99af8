import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { type AuthRefusal } from '../../src/auth/auth-refusals.ts';
import { metric } from '../profile-cache/stage.ts';
import { throughWaits } from '../support/passing-time.ts';
import { sandboxVariables, type Service, startService, type Variables } from '../support/service.ts';
import { quietAgain } from '../support/shared-service.ts';
import { TestClock } from '../support/test-clock.ts';
import { AUDIENCE, ISSUER, type KeyServer, startKeyServer } from './key-server.ts';

const LEEWAY_SECONDS = 30;
const profile = '/v1/customer-profiles/9876543210';
/** It is never read, so nothing of it is cached. */
const unread = '/v1/customer-profiles/1005110032';
/** The callers', the identity provider's and the service's. */
const clock = new TestClock();
const seconds = (fromNow: number): number => Math.floor(clock.timeOfDay() / 1000) + fromNow;

let sandbox: Sandbox;
let keyServer: KeyServer;
let service: Service;

beforeAll(async () => {
  [sandbox, keyServer] = await Promise.all([startSandbox(), startKeyServer(clock)]);
  service = await start();
});

afterEach(async () => {
  keyServer.answer = null;
  await quietAgain(service);
  sandbox.traffic.reset();
});

afterAll(async () => {
  await service.close();
  await Promise.all([sandbox.close(), keyServer.close()]);
});

function start(more: Variables = {}): Promise<Service> {
  const jwt = { JWT_JWKS_URL: keyServer.jwksUrl, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE };
  return startService(sandboxVariables(sandbox.url, { AUTH_MODE: 'jwt', ...jwt, ...more }), { clock });
}

async function codeFor(authorization: string | undefined): Promise<unknown> {
  const request = service.http.get(profile);
  const { status, body } = await (authorization === undefined ? request : request.set('Authorization', authorization));
  return status === 200 ? 'let in' : (body as { code: unknown }).code;
}

async function forged(): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256');
  const payload = { iss: ISSUER, aud: AUDIENCE, exp: seconds(300) };
  return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'RS256', typ: 'at+jwt' }).sign(privateKey);
}
const symmetric = (): Promise<string> =>
  new SignJWT({ iss: ISSUER, aud: AUDIENCE, exp: seconds(300) })
    .setProtectedHeader({ alg: 'HS256', kid: 'RS256', typ: 'at+jwt' })
    .sign(new TextEncoder().encode('a secret that anybody could know'));
const unsigned = (): string =>
  new UnsecuredJWT({}).setIssuer(ISSUER).setAudience(AUDIENCE).setExpirationTime(seconds(300)).encode();
const altered = (token: string): string =>
  token.replace(/\.[^.]+\./, `.${Buffer.from('{"sub":"root"}').toString('base64url')}.`);

const another = (typ: string | null, claims: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  keyServer.sign('RS256', claims, 'RS256', typ);

/** Tokens that are refused, and the reason in log and metric. */
const refusedTokens: readonly (readonly [string, AuthRefusal, () => string | Promise<string>])[] = [
  ['expired an hour ago', 'expired', () => keyServer.sign('RS256', { exp: seconds(-3600) })],
  ['not valid yet', 'not_yet_valid', () => keyServer.sign('RS256', { nbf: seconds(3600) })],
  ['without an end', 'claims', () => keyServer.sign('RS256', { exp: undefined })],
  ['of another issuer', 'issuer', () => keyServer.sign('ES256', { iss: 'https://evil.example.org/' })],
  ['without an issuer', 'claims', () => keyServer.sign('ES256', { iss: undefined })],
  ['for another audience', 'audience', () => keyServer.sign('RS256', { aud: 'payroll' })],
  ['without an audience', 'claims', () => keyServer.sign('RS256', { aud: undefined })],
  ['whose subject is a number', 'claims', () => keyServer.sign('RS256', { sub: 12_345 })],
  ['whose subject is a list', 'claims', () => keyServer.sign('RS256', { sub: ['order-service'] })],
  ['whose subject is null', 'claims', () => keyServer.sign('RS256', { sub: null })],
  ['whose subject is empty', 'claims', () => keyServer.sign('RS256', { sub: '' })],
  ['signed by a key that is not published', 'unknown_signing_key', () => keyServer.sign('RS256', {}, 'unknown')],
  ['signed by another key under a known name', 'signature', forged],
  ['signed with a shared secret', 'algorithm', symmetric],
  ['not signed at all', 'algorithm', unsigned],
  ['altered after it was signed', 'signature', async () => altered(await keyServer.sign('RS256'))],
  ['without its signature', 'signature', async () => (await keyServer.sign('RS256')).replace(/[^.]+$/, '')],
  ['that is no token', 'malformed', () => 'zq7'],
  ['of four parts', 'malformed', () => 'a.b.c.d'],
  ['for a logout', 'token_type', () => another('logout+jwt', { events: {} })],
  ['that proves a possession', 'token_type', () => another('dpop+jwt')],
  ['without a type', 'token_type', () => another(null)],
  ['of the general type', 'token_type', () => another('JWT')],
  ['of access, with the nonce of an ID token', 'token_type', () => another('at+jwt', { nonce: 'n' })],
  ['of access, with the at_hash of an ID token', 'token_type', () => another('at+jwt', { at_hash: 'h' })],
  ['of access, with a security event', 'token_type', () => another('at+jwt', { events: {} })],
];

/** The challenge of each reason. */
const descriptions = new Map<AuthRefusal, string>();

describe('with AUTH_MODE=jwt', () => {
  it.each(['RS256', 'ES256'] as const)('a valid token signed with %s is let in; its subject is logged', async (alg) => {
    expect(await codeFor(`Bearer ${await keyServer.sign(alg)}`)).toBe('let in');
    expect(service.log).toContainEqual(expect.objectContaining({ caller: 'order-service', status: 200 }));
  });

  it.each(refusedTokens)(
    'a token %s is unauthenticated (E7, E10); no source is asked, and log and metric say %s',
    async (_case, reason, make) => {
      const refusals = `auth_refusals_total{reason="${reason}"}`;
      const before = await metric(service, refusals);
      const authorization = `Bearer ${await make()}`;
      const answer = await throughWaits(
        service,
        service.http.get(unread).set({ authorization }),
        1000,
        (ms) => ms <= 1000,
      );
      expect(answer.body).toMatchObject({ code: 'unauthenticated' });
      const challenge: string | undefined = answer.headers['www-authenticate'];
      expect(challenge).toMatch(/^Bearer error="invalid_token", error_description="[\x20!\x23-\x5b\x5d-\x7e]+"$/);
      expect(descriptions.get(reason) ?? challenge).toBe(challenge);
      descriptions.set(reason, challenge ?? '');
      expect(service.log).toContainEqual(expect.objectContaining({ status: 401, reason }));
      expect((await metric(service, refusals)) - before).toBe(1);
      expect(JSON.stringify(answer.body)).not.toContain(reason);
      expect(sandbox.traffic.requests).toEqual([]);
    },
  );

  it('the challenge gives each reason its own description', () => {
    const reasons = new Set(refusedTokens.map(([, reason]) => reason));
    expect([...descriptions.keys()].sort()).toStrictEqual([...reasons].sort());
    expect(new Set(descriptions.values()).size).toBe(reasons.size);
  });

  it.each(['at+jwt', 'application/at+jwt', 'AT+JWT'])('a token of type %s is let in', async (typ) => {
    expect(await codeFor(`Bearer ${await another(typ)}`)).toBe('let in');
  });

  it('the clocks of issuer and service may differ by thirty seconds (E9)', async () => {
    for (const [claims, code] of [
      [{ nbf: seconds(29) }, 'let in'],
      [{ nbf: seconds(31) }, 'unauthenticated'],
      [{ exp: seconds(-29) }, 'let in'],
      [{ exp: seconds(-30) }, 'unauthenticated'],
    ] as const)
      expect(await codeFor(`Bearer ${await keyServer.sign('RS256', claims)}`)).toBe(code);
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'bearer\ttoken'])(
    'Authorization %j is unauthenticated, with the challenge Bearer',
    async (authorization) => {
      expect(await codeFor(authorization)).toBe('unauthenticated');
      const request = service.http.get(profile);
      const { headers } = await (authorization === undefined ? request : request.set('Authorization', authorization));
      expect(headers['www-authenticate']).toMatch(
        authorization === undefined
          ? /^Bearer$/
          : /^Bearer error="invalid_token", error_description="not a JSON Web Token"$/,
      );
    },
  );

  it('an accepted token is refused once it has expired', async () => {
    const exp = seconds(20);
    const authorization = `Bearer ${await keyServer.sign('RS256', { exp })}`;
    expect(await codeFor(authorization)).toBe('let in');
    clock.advance(1000 * (exp + LEEWAY_SECONDS) - clock.timeOfDay() - 1);
    expect(await codeFor(authorization)).toBe('let in');
    clock.advance(1);
    expect(await codeFor(authorization)).toBe('unauthenticated');
  });

  it.each([
    ['fail', { status: 500, body: '{}' }],
    ['are not there', { status: 404, body: '{}' }],
    ['are no JSON', { status: 200, body: '<html>' }],
    ['are no keys', { status: 200, body: '{"keys": "none"}' }],
  ])('when the published keys %s, a valid token gets 503 with Retry-After, not 401', async (_case, answer) => {
    // It has not fetched the keys before.
    const own = await start();
    keyServer.answer = answer;
    const authorization = `Bearer ${await keyServer.sign('RS256')}`;
    const { status, headers, body } = await throughWaits(own, own.http.get(profile).set({ authorization }));
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'source_unavailable' });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    await own.close();
  });
});

describe('with JWT_TYPES=at+jwt,jwt,none and no leeway', () => {
  it('tokens of the general type and without a type are let in, and other kinds are not', async () => {
    const lenient = await start({ JWT_TYPES: 'at+jwt,jwt,none', JWT_LEEWAY_SECONDS: '0' });
    const statusOf = async (token: string): Promise<number> =>
      (await lenient.http.get(profile).set('Authorization', `Bearer ${token}`)).status;
    for (const typ of ['JWT', null]) expect(await statusOf(await another(typ))).toBe(200);
    expect(await statusOf(await another('JWT', { nonce: 'n' }))).toBe(401);
    expect(await statusOf(await another('logout+jwt'))).toBe(401);
    expect(await statusOf(await keyServer.sign('RS256', { exp: seconds(-1) }))).toBe(401);
    await lenient.close();
  });
});

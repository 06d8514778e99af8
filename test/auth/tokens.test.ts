import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';
import { TestClock } from '../support/test-clock.ts';
import { AUDIENCE, ISSUER, type KeyServer, startKeyServer } from './key-server.ts';
import { throughWaits } from '../support/passing-time.ts';

const profile = '/v1/customer-profiles/9876543210';
/** The callers', the identity provider's and the service's. */
const clock = new TestClock();
const seconds = (fromNow: number): number => Math.floor(clock.timeOfDay() / 1000) + fromNow;

let sandbox: Sandbox;
let keyServer: KeyServer;
let service: Service;

beforeAll(async () => {
  [sandbox, keyServer] = await Promise.all([startSandbox(), startKeyServer(clock)]);
});

beforeEach(async () => {
  keyServer.answer = null;
  sandbox.traffic.reset();
  const jwt = { JWT_JWKS_URL: keyServer.jwksUrl, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE };
  service = await startService(sandboxVariables(sandbox.url, { AUTH_MODE: 'jwt', ...jwt }), { clock });
});

afterEach(() => service.close());

afterAll(() => Promise.all([sandbox.close(), keyServer.close()]));

async function codeFor(authorization: string | undefined): Promise<unknown> {
  const request = service.http.get(profile);
  const { status, body } = await (authorization === undefined ? request : request.set('Authorization', authorization));
  return status === 200 ? 'let in' : (body as { code: unknown }).code;
}

async function forged(): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256');
  const payload = { iss: ISSUER, aud: AUDIENCE, exp: seconds(300) };
  return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'RS256' }).sign(privateKey);
}
const symmetric = (): Promise<string> =>
  new SignJWT({ iss: ISSUER, aud: AUDIENCE, exp: seconds(300) })
    .setProtectedHeader({ alg: 'HS256', kid: 'RS256' })
    .sign(new TextEncoder().encode('a secret that anybody could know'));
const unsigned = (): string =>
  new UnsecuredJWT({}).setIssuer(ISSUER).setAudience(AUDIENCE).setExpirationTime(seconds(300)).encode();
const altered = (token: string): string => token.replace(/\.[^.]+\./, `.${btoa('{"sub":"root"}')}.`);

const refusedTokens: Readonly<Record<string, () => string | Promise<string>>> = {
  'expired an hour ago': () => keyServer.sign('RS256', { exp: seconds(-3600) }),
  'not valid yet': () => keyServer.sign('RS256', { nbf: seconds(3600) }),
  'without an end': () => keyServer.sign('RS256', { exp: undefined }),
  'of another issuer': () => keyServer.sign('ES256', { iss: 'https://evil.example.org/' }),
  'without an issuer': () => keyServer.sign('ES256', { iss: undefined }),
  'for another audience': () => keyServer.sign('RS256', { aud: 'payroll' }),
  'without an audience': () => keyServer.sign('RS256', { aud: undefined }),
  'signed by a key that is not published': () => keyServer.sign('RS256', {}, 'unknown'),
  'signed by another key under a known name': forged,
  'signed with a shared secret': symmetric,
  'not signed at all': unsigned,
  'altered after it was signed': async () => altered(await keyServer.sign('RS256')),
  'without its signature': async () => (await keyServer.sign('RS256')).replace(/[^.]+$/, ''),
  'that is no token': () => 'zq7',
  'of four parts': () => 'a.b.c.d',
};

describe('with AUTH_MODE=jwt', () => {
  it.each(['RS256', 'ES256'] as const)('a valid token signed with %s is let in; its subject is logged', async (alg) => {
    expect(await codeFor(`Bearer ${await keyServer.sign(alg)}`)).toBe('let in');
    expect(service.log).toContainEqual(expect.objectContaining({ caller: 'order-service', status: 200 }));
  });

  it.each(Object.entries(refusedTokens))(
    'a token %s is unauthenticated, and no source is asked',
    async (_case, make) => {
      expect(await codeFor(`Bearer ${await make()}`)).toBe('unauthenticated');
      expect(sandbox.traffic.requests).toEqual([]);
    },
  );

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'bearer\ttoken'])(
    'Authorization %j is unauthenticated, with the challenge Bearer',
    async (authorization) => {
      expect(await codeFor(authorization)).toBe('unauthenticated');
      const { headers } = await service.http.get(profile);
      expect(headers['www-authenticate']).toBe('Bearer');
    },
  );

  it('an accepted token is refused once it has expired', async () => {
    const exp = seconds(20);
    const authorization = `Bearer ${await keyServer.sign('RS256', { exp })}`;
    expect(await codeFor(authorization)).toBe('let in');
    clock.advance(1000 * exp - clock.timeOfDay() - 1);
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
    keyServer.answer = answer;
    const authorization = `Bearer ${await keyServer.sign('RS256')}`;
    const { status, headers, body } = await throughWaits(service, service.http.get(profile).set({ authorization }));
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'source_unavailable' });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  });
});

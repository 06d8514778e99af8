import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeJwt, type JWK } from 'jose';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { type AuthRefusal } from '../../../src/auth/auth-refusals.ts';
import { newKeys, type OpenIdProvider, startOpenIdProvider } from './provider.ts';
import { AUDIENCE, PAYROLL, PLAIN_JWT } from './settings.ts';
import { accepted, expectRefused, type OpenIdStage, openStage, read } from './stage.ts';

const LEEWAY_SECONDS = 30;

let sandbox: Sandbox;
let keys: readonly JWK[];
let stage: OpenIdStage;

beforeAll(async () => {
  [sandbox, keys] = await Promise.all([startSandbox(), newKeys('only')]);
});

afterEach(() => stage.close());

afterAll(() => sandbox.close());

describe('a token of a real OpenID provider', () => {
  beforeEach(async () => {
    stage = await openStage(sandbox, keys);
  });

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'])(
    'for this resource, signed with %s, is accepted; the log names the client',
    async (alg) => {
      expect(await read(stage, await stage.provider.accessToken(alg, AUDIENCE))).toEqual(accepted);
      expect(stage.service.log).toContainEqual(expect.objectContaining({ caller: alg, status: 200 }));
    },
  );

  it.each<[string, AuthRefusal, (provider: OpenIdProvider) => Promise<string>]>([
    ['that is opaque', 'malformed', (provider) => provider.accessToken('ES256')],
    ['for another resource', 'audience', (provider) => provider.accessToken('ES256', PAYROLL)],
    ['of type JWT', 'token_type', (provider) => provider.accessToken(PLAIN_JWT, AUDIENCE)],
    ['that proves a login to this very service', 'token_type', (provider) => provider.idToken(AUDIENCE)],
    ['that proves a login to another client', 'audience', (provider) => provider.idToken(PAYROLL)],
    ['signed with a shared secret', 'algorithm', (provider) => provider.accessToken('HS256', AUDIENCE)],
  ])('%s is refused with the reason %s (E7, E10)', async (_case, reason, make) => {
    await expectRefused(stage, await make(stage.provider), reason);
  });

  it('is refused when another issuer signed it, even with the same keys (E7)', async () => {
    const other = await startOpenIdProvider(keys);
    const token = await other.accessToken('ES256', AUDIENCE).finally(() => other.stop());
    await expectRefused(stage, token, 'issuer');
  });

  it('is accepted until thirty seconds after its end, and no longer (E9)', async () => {
    const { provider, service } = stage;
    const token = await provider.accessToken('ES256', AUDIENCE);
    const endsAt = 1000 * ((decodeJwt(token).exp ?? 0) + LEEWAY_SECONDS);
    service.clock.advance(endsAt - service.clock.timeOfDay() - 1);
    expect(await read(stage, token)).toEqual(accepted);
    service.clock.advance(1);
    await expectRefused(stage, token, 'expired');
  });
});

describe('where JWT_TYPES has other types', () => {
  it('jwt: an access token of type JWT is accepted, an ID token, which has none, is not', async () => {
    stage = await openStage(sandbox, keys, { JWT_TYPES: 'at+jwt,jwt' });
    expect(await read(stage, await stage.provider.accessToken(PLAIN_JWT, AUDIENCE))).toEqual(accepted);
    await expectRefused(stage, await stage.provider.idToken(AUDIENCE), 'token_type');
  });

  it('none: an ID token without nonce and at_hash is refused for its audience alone, the client', async () => {
    stage = await openStage(sandbox, keys, { JWT_TYPES: 'at+jwt,none' });
    await expectRefused(stage, await stage.provider.idToken(PAYROLL), 'audience');
  });
});

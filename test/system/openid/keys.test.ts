import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type JWK } from 'jose';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { eventually } from '../../support/eventually.ts';
import { newKeys } from './provider.ts';
import { AUDIENCE } from './settings.ts';
import { accepted, expectRefused, type OpenIdStage, openStage, read } from './stage.ts';

/** As long as keys are used before they are fetched again. */
const FRESH_MS = 600_000;
/** Between two fetches at least. */
const MIN_INTERVAL_MS = 1000;
/** As long as a verified token is trusted without another check. */
const TRUST_MS = 60_000;

let sandbox: Sandbox;
let first: readonly JWK[];
let second: readonly JWK[];
let stage: OpenIdStage;

beforeAll(async () => {
  [sandbox, first, second] = await Promise.all([startSandbox(), newKeys('first'), newKeys('second')]);
});

beforeEach(async () => {
  stage = await openStage(sandbox, first);
});

afterEach(() => stage.close());

afterAll(() => sandbox.close());

const newToken = (algorithm = 'ES256'): Promise<string> => stage.provider.accessToken(algorithm, AUDIENCE);

describe('the keys of a real OpenID provider', () => {
  it('after a rotation: new tokens are accepted at once, old ones while their key is published (E11)', async () => {
    const [seen, unseen] = [await newToken(), await newToken('PS256')];
    expect(await read(stage, seen)).toEqual(accepted);
    stage.provider.restart([...second, ...first]);
    stage.service.clock.advance(MIN_INTERVAL_MS);
    expect(await read(stage, await newToken())).toEqual(accepted);
    expect(stage.provider.keyRequests).toBe(2);
    stage.service.clock.advance(TRUST_MS);
    for (const token of [seen, unseen]) expect(await read(stage, token)).toEqual(accepted);
    expect(stage.provider.keyRequests).toBe(2);
  });

  it('that were withdrawn: old tokens are accepted until the next fetch, one seen before it for a minute more', async () => {
    const [seen, another, third] = [await newToken(), await newToken('PS256'), await newToken('EdDSA')];
    expect(await read(stage, seen)).toEqual(accepted);
    stage.provider.restart(second);
    expect(await read(stage, another)).toEqual(accepted);
    stage.service.clock.advance(MIN_INTERVAL_MS);
    expect(await read(stage, await newToken())).toEqual(accepted);
    stage.service.clock.advance(MIN_INTERVAL_MS);
    await expectRefused(stage, third, 'unknown_signing_key');
    expect(await read(stage, seen)).toEqual(accepted);
    stage.service.clock.advance(TRUST_MS);
    await expectRefused(stage, seen, 'unknown_signing_key');
  });

  it('are used on while it is stopped, also when they are due (U3)', async () => {
    const tokens = await Promise.all(['RS256', 'PS256', 'ES256', 'EdDSA'].map(newToken));
    const [seen = '', unseen = '', due = '', waiting = ''] = tokens;
    expect(await read(stage, seen)).toEqual(accepted);
    await stage.provider.stop();
    for (const token of [seen, unseen]) expect(await read(stage, token)).toEqual(accepted);
    stage.service.clock.advance(FRESH_MS);
    expect(await read(stage, due)).toEqual(accepted);
    await eventually('the keys were asked for in vain', () =>
      stage.service.log.some(({ operation, reason }) => operation === 'get_keys' && reason !== undefined),
    );
    expect(await read(stage, waiting)).toEqual(accepted);
  });
});

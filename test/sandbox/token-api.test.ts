import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { credentials } from '../../sandbox/credentials.ts';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { requestToken, send, validGrant } from './calling.ts';

let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

describe('POST /ims/token/v3', () => {
  it('grants a new bearer token at every call, its life in seconds', async () => {
    const first = await requestToken(sandbox);
    const second = await requestToken(sandbox);
    expect(first.status).toBe(200);
    expect(first.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(first.json()).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 86_399 });
    expect(first.text).not.toBe(second.text);
    expect(sandbox.traffic.counts.bySource.token).toBe(2);
  });

  it('accepts the second client secret, as during a rotation', async () => {
    const answer = await requestToken(sandbox, {
      ...validGrant,
      client_secret: credentials.reseller.secondClientSecret,
    });
    expect(answer.status).toBe(200);
  });

  it.each([
    ['another grant', { ...validGrant, grant_type: 'authorization_code' }, 'unsupported_grant_type'],
    ['no grant', { ...validGrant, grant_type: '' }, 'invalid_request'],
    ['another client', { ...validGrant, client_id: 'other' }, 'invalid_client'],
    ['another secret', { ...validGrant, client_secret: 'other' }, 'invalid_client'],
    ['no scope', { ...validGrant, scope: '' }, 'invalid_scope'],
  ])('refuses %s with a 400', async (_, form, error) => {
    const answer = await requestToken(sandbox, form);
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({ error, error_description: expect.any(String) });
    expect(sandbox.traffic.counts.refused).toBe(1);
  });

  it('refuses a repeated parameter', async () => {
    const body = `${new URLSearchParams(validGrant).toString()}&scope=openid`;
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await send(sandbox, '/ims/token/v3', { method: 'POST', headers, body })).status).toBe(400);
  });

  it('refuses parameters in the query string and does not record them', async () => {
    const query = new URLSearchParams(validGrant).toString();
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const answer = await send(sandbox, `/ims/token/v3?${query}`, { method: 'POST', headers, body: query });
    expect(answer.json()).toMatchObject({ error: 'invalid_request' });
    expect(JSON.stringify(sandbox.traffic.requests)).not.toContain(credentials.reseller.clientSecret);
  });

  it('refuses a JSON body', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify(validGrant);
    expect((await send(sandbox, '/ims/token/v3', { method: 'POST', headers, body })).status).toBe(400);
  });

  it('answers 405 for a GET and 404 for another route', async () => {
    expect((await send(sandbox, '/ims/token/v3')).status).toBe(405);
    expect((await send(sandbox, '/ims/token/v2', { method: 'POST' })).status).toBe(404);
  });
});

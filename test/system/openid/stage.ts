import { expect } from '@jest/globals';
import { type JWK } from 'jose';
import { type Sandbox } from '../../../sandbox/server.ts';
import { type AuthRefusal } from '../../../src/auth/auth-refusals.ts';
import { metric } from '../../profile-cache/stage.ts';
import { sandboxVariables, type Service, startService, type Variables } from '../../support/service.ts';
import { type OpenIdProvider, startOpenIdProvider } from './provider.ts';
import { AUDIENCE } from './settings.ts';

export interface Answer {
  readonly status: number;
  readonly challenge: string | undefined;
}

export const accepted: Answer = { status: 200, challenge: undefined };

/** A real OpenID provider, and a service whose callers' tokens it issues. */
export interface OpenIdStage {
  readonly provider: OpenIdProvider;
  readonly service: Service;
  close(): Promise<void>;
}

export async function openStage(
  sandbox: Sandbox,
  keys: readonly JWK[],
  variables: Variables = {},
): Promise<OpenIdStage> {
  const provider = await startOpenIdProvider(keys);
  const { issuer, jwksUrl } = provider;
  const jwt = { AUTH_MODE: 'jwt', JWT_JWKS_URL: jwksUrl, JWT_ISSUER: issuer, JWT_AUDIENCE: AUDIENCE };
  const service = await startService(sandboxVariables(sandbox.url, { ...jwt, ...variables }));
  return {
    provider,
    service,
    close: async () => {
      await Promise.all([service.close(), provider.stop()]);
    },
  };
}

/** Reads a profile with this token. No time passes, so a token that has to wait for some is never answered. */
export async function read({ service }: OpenIdStage, token: string): Promise<Answer> {
  const request = service.http.get('/v1/customer-profiles/9876543210');
  const { status, headers } = await request.set('Authorization', `Bearer ${token}`);
  return { status, challenge: headers['www-authenticate'] };
}

/** The token is refused. Log, metric and challenge say why. */
export async function expectRefused(stage: OpenIdStage, token: string, reason: AuthRefusal): Promise<void> {
  const { service } = stage;
  const refusals = `auth_refusals_total{reason="${reason}"}`;
  const [before, logged] = [await metric(service, refusals), service.log.length];
  const challenge: unknown = expect.stringMatching(/^Bearer error="invalid_token", error_description="[^"]+"$/);
  expect(await read(stage, token)).toEqual({ status: 401, challenge });
  expect(service.log.slice(logged)).toContainEqual(expect.objectContaining({ status: 401, reason }));
  expect((await metric(service, refusals)) - before).toBe(1);
}

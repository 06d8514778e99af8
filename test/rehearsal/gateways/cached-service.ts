import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials } from '../../../sandbox/credentials.ts';
import { AUDIENCE, ISSUER, type KeyServer, startKeyServer } from '../../auth/key-server.ts';
import { openStage, type Stage } from '../../profile-cache/stage.ts';
import { type Service, type Variables } from '../../support/service.ts';
import { TestClock } from '../../support/test-clock.ts';
import { Varnish } from './varnish.ts';

export const harbour: string = credentials.billing.organisation;
export const tern = 'c2d94a67-03be-4f18-8e55-91b7d6a0f3c4';

export type Headers = Readonly<Record<string, string>>;

/** Credentials: for both organisations, for `tern` alone, and such as the service does not know. */
export type Callers = Readonly<Record<'both' | 'ternAlone' | 'nobody', Headers>>;

/** A service for two organisations, and a shared cache in front of it. */
export interface CachedService {
  readonly stage: Stage;
  readonly service: Service;
  readonly varnish: Varnish;
  readonly as: Callers;
  close(): Promise<void>;
}

export async function startCachedService(mode: 'api-key' | 'jwt', obeysPrivate: boolean): Promise<CachedService> {
  const folder = mkdtempSync(join(tmpdir(), 'organisations-'));
  const clock = new TestClock();
  const [stage, keyServer] = await Promise.all([openStage(), startKeyServer(clock)]);
  const { as, variables } = mode === 'jwt' ? await tokens(keyServer) : API_KEYS;
  const organisations = { ORGANISATIONS_FILE: organisationsIn(folder), ...NO_SINGLE_ORGANISATION };
  const service = await stage.service({ AUTH_MODE: mode, ...organisations, ...variables }, { clock, time: 'real' });
  const varnish = await Varnish.start(service.url, obeysPrivate);
  const close = async (): Promise<void> => {
    await varnish.stop();
    await Promise.all([stage.close(), keyServer.close()]);
    rmSync(folder, { recursive: true });
  };
  return { stage, service, varnish, as, close };
}

const NO_SINGLE_ORGANISATION: Variables = {
  RESELLER_API_KEY: '',
  RESELLER_CLIENT_SECRET: '',
  BILLING_API_KEY: '',
  BILLING_ORGANISATION: '',
};

function organisationsIn(folder: string): string {
  const { apiKey: resellerApiKey, clientSecret: resellerClientSecret } = credentials.reseller;
  const rest = { resellerApiKey, resellerClientSecret, billingApiKey: credentials.billing.apiKey };
  const file = join(folder, 'organisations.json');
  writeFileSync(file, JSON.stringify({ organisations: [harbour, tern].map((id) => ({ id, ...rest })) }));
  return file;
}

interface Authentication {
  readonly as: Callers;
  readonly variables: Variables;
}

const API_KEYS: Authentication = {
  as: {
    both: { 'x-api-key': 'key-for-both-organisations' },
    ternAlone: { 'x-api-key': 'key-for-tern-alone' },
    nobody: { 'x-api-key': 'key-that-nobody-has' },
  },
  variables: { API_KEYS: `both:key-for-both-organisations,tern@${tern}:key-for-tern-alone` },
};

async function tokens(keyServer: KeyServer): Promise<Authentication> {
  const token = async (organisation: readonly string[]): Promise<Headers> => ({
    authorization: `Bearer ${await keyServer.sign('ES256', { organisation })}`,
  });
  return {
    as: { both: await token([harbour, tern]), ternAlone: await token([tern]), nobody: { authorization: 'Bearer x' } },
    variables: { JWT_JWKS_URL: keyServer.jwksUrl, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE },
  };
}

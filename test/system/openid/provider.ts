import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo } from 'node:net';
import supertest from 'supertest';
import { CIBA, createProvider, SECRET } from './settings.ts';

/** Private keys, one of each type. Those of RSA and Ed25519 do not say with which algorithm they sign. */
export async function newKeys(name: string): Promise<readonly JWK[]> {
  const made = ['RS256', 'ES256', 'Ed25519'].map((alg) => generateKeyPair(alg, { extractable: true }));
  const keys = await Promise.all((await Promise.all(made)).map(({ privateKey }) => exportJWK(privateKey)));
  return keys.map((key) => ({ ...key, kid: `${name}-${key.kty}`, use: 'sig' }));
}

/** An OpenID provider on a loopback port. */
export interface OpenIdProvider {
  readonly issuer: string;
  /** As its discovery document says. */
  readonly jwksUrl: string;
  /** How often its keys were asked for. */
  readonly keyRequests: number;
  /** A token of the grant client_credentials for this resource; without one it is opaque. */
  accessToken(clientId: string, resource?: string): Promise<string>;
  /** The ID token of a user who logged in to this client. */
  idToken(clientId: string): Promise<string>;
  /** Every connection ends, and a new provider answers on the same port. It signs with the first key that fits. */
  restart(keys: readonly JWK[]): void;
  stop(): Promise<void>;
}

export async function startOpenIdProvider(keys: readonly JWK[]): Promise<OpenIdProvider> {
  let answer: RequestListener | undefined;
  let keyRequests = 0;
  const server = createServer((request, response) => {
    if (request.url === '/jwks') keyRequests += 1;
    answer?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  answer = createProvider(issuer, keys).callback();

  const call = async (path: string, fields: object): Promise<Readonly<Record<string, string>>> => {
    const sent = supertest(issuer).post(path).set('Connection', 'close').type('form');
    const { status, text, body } = await sent.send({ client_secret: SECRET, ...fields });
    if (status !== 200) throw new Error(`${path} answers ${status}: ${text}`);
    return body as Record<string, string>;
  };
  const discovered = await supertest(issuer).get('/.well-known/openid-configuration').set('Connection', 'close');
  return {
    issuer,
    jwksUrl: (discovered.body as { jwks_uri: string }).jwks_uri,
    get keyRequests() {
      return keyRequests;
    },
    accessToken: async (client_id, resource) =>
      (await call('/token', { grant_type: 'client_credentials', client_id, resource, scope: 'profiles:read' }))
        .access_token ?? '',
    idToken: async (client_id) => {
      const { auth_req_id } = await call('/backchannel', { client_id, scope: 'openid', login_hint: 'a-user' });
      return (await call('/token', { grant_type: CIBA, client_id, auth_req_id })).id_token ?? '';
    },
    restart: (next) => {
      answer = createProvider(issuer, next).callback();
      server.closeAllConnections();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { RIGHTS } from '../../src/config/callers/rights.ts';
import { type Clock } from '../../src/config/clock.ts';

export const ISSUER = 'https://login.example.org/';
export const AUDIENCE = 'customer-profiles';

type Algorithm = 'RS256' | 'ES256';

/** An identity provider: publishes its public keys over HTTP and signs tokens. */
export interface KeyServer {
  readonly jwksUrl: string;
  readonly requests: number;
  /** The answer in place of the keys, until it is set to null. */
  answer: { status: number; body: string } | null;
  /** Answers wait for it. */
  until: Promise<unknown> | null;
  /** A token with the right issuer and audience, for five minutes; `claims` replace or, when undefined, remove. */
  sign(
    algorithm: Algorithm,
    claims?: Readonly<Record<string, unknown>>,
    kid?: string,
    typ?: string | null,
  ): Promise<string>;
  close(): Promise<void>;
}

/** @param clock the time from which a token's five minutes count */
export async function startKeyServer(clock: Clock): Promise<KeyServer> {
  const pairs = { RS256: await generateKeyPair('RS256'), ES256: await generateKeyPair('ES256') };
  const published = Object.entries(pairs).map(async ([alg, { publicKey }]) => ({
    ...(await exportJWK(publicKey)),
    kid: alg,
    alg,
  }));
  const keys = JSON.stringify({ keys: await Promise.all(published) });
  let requests = 0;
  const answer = async (response: ServerResponse): Promise<void> => {
    await self.until;
    const { status, body } = self.answer ?? { status: 200, body: keys };
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  };
  const server = createServer((_request, response) => {
    requests += 1;
    void answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: KeyServer = {
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    get requests() {
      return requests;
    },
    answer: null,
    until: null,
    sign: (algorithm, claims = {}, kid = algorithm, typ = 'at+jwt') => {
      const now = Math.floor(clock.timeOfDay() / 1000);
      const payload = {
        iss: ISSUER,
        aud: AUDIENCE,
        sub: 'order-service',
        scope: RIGHTS.join(' '),
        iat: now,
        exp: now + 300,
        ...claims,
      };
      return new SignJWT(payload)
        .setProtectedHeader({ alg: algorithm, kid, ...(typ === null ? {} : { typ }) })
        .sign(pairs[algorithm].privateKey);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return self;
}

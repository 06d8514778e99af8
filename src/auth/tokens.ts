import { Injectable } from '@nestjs/common';
import { createRemoteJWKSet, customFetch, errors, jwtVerify, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import { createHash } from 'node:crypto';
import { Config } from '../config/config.ts';
import { Problem } from '../problems/problem.ts';
import { Deadline } from '../upstream/deadline.ts';
import { type UpstreamAnswer } from '../upstream/upstream-call.ts';
import { UpstreamHttp } from '../upstream/upstream.http.ts';
import { type Credentials } from './credentials.ts';

const KEYS_TIMEOUT_MS = 2000;
/** A verified token is trusted this long without verifying it again, and never past its own end. */
const TRUST_MS = 60_000;
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
/** Of the keys, not of the token: they did not come in time, with 200, or as a JSON Web Key Set. */
const KEYS_FAULTS: ReadonlySet<string> = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID']);

/**
 * Callers' JSON Web Tokens (RFC 7519), verified against the keys at `JWT_JWKS_URL`. The claim `organisation`, a UUID or
 * a list of them, says for which organisations; it is indispensable when several are configured.
 */
@Injectable()
export class Tokens {
  private readonly verified = new LRUCache<string, Credentials>({ max: 10_000 });
  private readonly keys: ReturnType<typeof createRemoteJWKSet> | null;

  constructor(
    private readonly config: Config,
    upstream: UpstreamHttp,
  ) {
    const { auth } = config;
    this.keys =
      auth.mode !== 'jwt'
        ? null
        : createRemoteJWKSet(new URL(auth.jwksUrl), { [customFetch]: (url) => fetchKeys(upstream, url) });
  }

  /** @throws Problem `unauthenticated`; `source_unavailable` when the keys cannot be fetched */
  async check(authorization: string | undefined): Promise<Credentials> {
    const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw refused();
    const digest = createHash('sha256').update(token).digest('base64');
    const known = this.verified.get(digest);
    if (known) return known;
    const payload = await this.verify(token);
    const credentials = { name: payload.sub ?? 'unnamed', organisations: this.organisationsOf(payload) };
    const ttl = Math.min(TRUST_MS, (payload.exp ?? Infinity) * 1000 - Date.now());
    if (ttl >= 1) this.verified.set(digest, credentials, { ttl });
    return credentials;
  }

  private async verify(token: string): Promise<JWTPayload> {
    const { auth } = this.config;
    if (auth.mode !== 'jwt' || !this.keys) throw refused();
    try {
      const options = { issuer: auth.issuer, audience: auth.audience, algorithms: ALGORITHMS, requiredClaims: ['exp'] };
      return (await jwtVerify(token, this.keys, options)).payload;
    } catch (cause) {
      if (cause instanceof errors.JOSEError && !KEYS_FAULTS.has(cause.code)) throw refused(cause);
      throw new Problem(
        'source_unavailable',
        'The keys that sign callers’ tokens cannot be fetched now. Try again soon.',
        {
          cause,
          headers: { 'retry-after': '5' },
        },
      );
    }
  }

  private organisationsOf({ organisation }: JWTPayload): readonly string[] | null {
    if (organisation === undefined) return this.config.organisations.size === 1 ? null : [];
    return [organisation].flat().flatMap((id) => (typeof id === 'string' ? [id.toLowerCase()] : []));
  }
}

async function fetchKeys(upstream: UpstreamHttp, url: string): Promise<Response> {
  const { status, body } = await upstream.send<UpstreamAnswer>({
    upstream: 'identity-provider',
    operation: 'get_keys',
    method: 'GET',
    url,
    headers: () => ({ Accept: 'application/json' }),
    attemptTimeoutMs: KEYS_TIMEOUT_MS,
    deadline: new Deadline(KEYS_TIMEOUT_MS),
    requestId: 'none',
    organisation: 'every',
    read: (answer) => ({ state: 'ok', value: answer }),
  });
  return new Response(JSON.stringify(body), { status });
}

const refused = (cause?: unknown): Problem =>
  new Problem('unauthenticated', 'Send a valid token in the Authorization header, as Bearer.', {
    cause,
    headers: { 'www-authenticate': 'Bearer' },
  });

import { Injectable } from '@nestjs/common';
import { errors, type JSONWebKeySet, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import { createHash } from 'node:crypto';
import { isRight, type Right } from '../config/callers/rights.ts';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { Problem } from '../problems/problem.ts';
import { Deadline } from '../resilience/deadline.ts';
import { CallWait } from '../upstream/call-context.ts';
import { UpstreamHttp } from '../upstream/upstream-http.ts';
import { AuthRefusals, refusalOf } from './auth-refusals.ts';
import { type Principal } from './principal.ts';
import { SigningKeys } from './signing-keys.ts';

const KEYS_TIMEOUT_MS = 2000;
/** A verified token is trusted this long without another check, and never past its expiry. */
const TRUST_MS = 60_000;
/** The memory of the verified tokens. Their claims may have any size, so a number would not bound it. */
const MAX_VERIFIED_BYTES = 8 * 1024 * 1024;
/** The approximate memory of a verified token beside its claims, and of an organisation beside its id. */
const VERIFIED_BYTES = 800;
const ORGANISATION_BYTES = 32;
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/**
 * Callers' JSON Web Tokens (RFC 7519), verified against the keys at `JWT_JWKS_URL`. The claim `organisation`, a UUID or a list
 * of them, names the organisations; a token must have it when several are configured. `scope` or `scp` names the rights.
 */
@Injectable()
export class Tokens {
  private readonly verified = new LRUCache<string, Verified>({
    maxSize: MAX_VERIFIED_BYTES,
    sizeCalculation: ({ principal }) => VERIFIED_BYTES + bytesOf(principal),
  });
  private readonly keys: SigningKeys;
  private readonly leewayMs: number;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly upstream: UpstreamHttp,
    private readonly refusals: AuthRefusals,
  ) {
    const { auth } = config;
    this.leewayMs = auth.mode === 'jwt' ? auth.leewaySeconds * 1000 : 0;
    this.keys = new SigningKeys(clock, () => this.fetchKeys());
  }

  /** @throws Problem `unauthenticated`; `source_unavailable` when the keys cannot be fetched */
  async check(authorization: string | undefined): Promise<Principal> {
    const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw this.refusals.ofToken(authorization === undefined ? 'missing' : 'malformed');
    const digest = createHash('sha256').update(token).digest('base64');
    const cached = this.verified.get(digest);
    if (
      cached &&
      this.clock.monotonic() < cached.trustedUntil &&
      this.clock.timeOfDay() < cached.expiresAt + this.leewayMs
    )
      return cached.principal;
    const payload = await this.verify(token);
    const principal = {
      name: payload.sub ?? 'unnamed',
      organisations: this.organisationsOf(payload),
      rights: rightsOf(payload),
      limits: this.config.auth.limits,
    };
    const trustedUntil = this.clock.monotonic() + TRUST_MS;
    this.verified.set(digest, { principal, trustedUntil, expiresAt: (payload.exp ?? 0) * 1000 });
    return principal;
  }

  private async verify(token: string): Promise<JWTPayload> {
    const { auth } = this.config;
    if (auth.mode !== 'jwt') throw new TypeError('tokens are checked in mode jwt alone');
    try {
      const { payload, protectedHeader } = await this.keys.verify(token, {
        issuer: auth.issuer,
        audience: auth.audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp'],
        clockTolerance: auth.leewaySeconds,
        currentDate: new Date(this.clock.timeOfDay()),
      });
      if (!isAccessToken(protectedHeader.typ, payload, auth.tokenTypes)) throw this.refusals.ofToken('token_type');
      if (!isSubject(payload.sub)) throw this.refusals.ofToken('claims');
      return payload;
    } catch (cause) {
      if (cause instanceof Problem) throw cause;
      // A malformed key set is the provider's fault, not the token's.
      if (cause instanceof errors.JOSEError && !(cause instanceof errors.JWKSInvalid))
        throw this.refusals.ofToken(refusalOf(cause), cause);
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
    const named = [organisation].flat().flatMap((id) => (typeof id === 'string' ? [id.toLowerCase()] : []));
    return [...new Set(named)];
  }

  private async fetchKeys(): Promise<JSONWebKeySet> {
    const { auth } = this.config;
    if (auth.mode !== 'jwt') throw new TypeError('keys are fetched for tokens alone');
    return this.upstream.send<JSONWebKeySet>({
      upstream: 'identity-provider',
      operation: 'get_keys',
      method: 'GET',
      url: auth.jwksUrl,
      headers: () => ({ Accept: 'application/json' }),
      attemptTimeoutMs: KEYS_TIMEOUT_MS,
      deadline: new Deadline(this.clock, KEYS_TIMEOUT_MS),
      wait: new CallWait(),
      requestId: 'none',
      organisation: 'every',
      read: ({ status, body }) =>
        status === 200
          ? { state: 'ok', value: body as JSONWebKeySet }
          : { failure: 'upstream_error', reason: `status ${status}` },
    });
  }
}

/** A subject may be absent; otherwise it is the caller's name (RFC 7519, section 4.1.2). jose does not check its type. */
const isSubject = (sub: unknown): boolean => sub === undefined || (typeof sub === 'string' && sub !== '');

/** The rights in `scope`, a space-separated text (RFC 9068, section 2.2.3), and in `scp`, a list or such a text. */
function rightsOf({ scope, scp }: JWTPayload): ReadonlySet<Right> {
  const named = [scope, scp].flat().flatMap((text) => (typeof text === 'string' ? text.split(' ') : []));
  return new Set(named.filter(isRight));
}

/** A character takes two bytes at most. */
const bytesOf = ({ name, organisations }: Principal): number =>
  (organisations ?? []).reduce((sum, id) => sum + ORGANISATION_BYTES + 2 * id.length, 2 * name.length);

interface Verified {
  readonly principal: Principal;
  /** Monotonic milliseconds. */
  readonly trustedUntil: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Claims of other tokens that an issuer signs: ID tokens, and security events such as a logout. */
const FOREIGN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 'events'];

/**
 * Whether a token is an access token (RFC 9068, section 4; RFC 8725, section 3.11).
 * @param types accepted values of the header `typ`; `none`: the header may be absent
 */
function isAccessToken(typ: string | undefined, payload: JWTPayload, types: readonly string[]): boolean {
  const type = (typ ?? 'none').toLowerCase().replace(/^application\//, '');
  return types.includes(type) && !FOREIGN_CLAIMS.some((claim) => claim in payload);
}

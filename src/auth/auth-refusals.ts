import { Injectable } from '@nestjs/common';
import { errors } from 'jose';
import { Counter } from 'prom-client';
import { Problem } from '../problems/problem.ts';
import { Metrics } from '../telemetry/metrics.ts';

/**
 * The reasons for a refusal of credentials: a closed list. `missing`: none were sent. `malformed`: not a token.
 * `token_type`: not an access token. `claims`: a required claim is missing or has the wrong type.
 */
export type AuthRefusal =
  | 'missing'
  | 'unknown_key'
  | 'malformed'
  | 'token_type'
  | 'algorithm'
  | 'unknown_signing_key'
  | 'signature'
  | 'expired'
  | 'not_yet_valid'
  | 'issuer'
  | 'audience'
  | 'claims';

/** Why a token was refused. */
type TokenRefusal = Exclude<AuthRefusal, 'missing' | 'unknown_key'>;

/** The challenge's description of each refusal of a token: ASCII without quotes (RFC 6750, section 3). */
const DESCRIPTIONS: Readonly<Record<TokenRefusal, string>> = {
  malformed: 'not a JSON Web Token',
  token_type: 'not an access token of an accepted type',
  algorithm: 'not signed with an accepted algorithm',
  unknown_signing_key: 'signed with a key that the issuer does not publish',
  signature: 'the signature does not match',
  expired: 'expired',
  not_yet_valid: 'not valid yet',
  issuer: 'from another issuer',
  audience: 'for another audience',
  claims: 'a claim is missing or of the wrong type',
};

/** Refuses credentials, and counts why. */
@Injectable()
export class AuthRefusals {
  private readonly refusals: Counter<'reason'>;

  constructor({ registry }: Metrics) {
    this.refusals = new Counter({
      name: 'auth_refusals_total',
      help: 'Requests refused with 401, by the reason that the log names.',
      labelNames: ['reason'],
      registers: [registry],
    });
  }

  /** The detail asks for a key, and does not say whether the sent one was close. */
  ofApiKey(reason: 'missing' | 'unknown_key'): Problem {
    return this.refusal(reason, 'Send a valid key in the X-Api-Key header.', 'ApiKey');
  }

  /** The challenge says that a sent token is invalid, and why (RFC 6750, section 3.1), so that the caller gets a new one. */
  ofToken(reason: TokenRefusal | 'missing', cause?: unknown): Problem {
    const challenge =
      reason === 'missing' ? 'Bearer' : `Bearer error="invalid_token", error_description="${DESCRIPTIONS[reason]}"`;
    return this.refusal(reason, 'Send a valid token in the Authorization header, as Bearer.', challenge, cause);
  }

  private refusal(reason: AuthRefusal, detail: string, challenge: string, cause?: unknown): Problem {
    this.refusals.inc({ reason });
    return new Problem('unauthenticated', detail, { cause, reason, headers: { 'www-authenticate': challenge } });
  }
}

/** The reason why a token was refused. @throws the error itself when it is not about the token */
export function refusalOf(error: unknown): TokenRefusal {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return refusalOfClaim(error);
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'algorithm';
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown_signing_key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return 'malformed';
  throw error;
}

function refusalOfClaim({ claim, reason }: errors.JWTClaimValidationFailed): TokenRefusal {
  if (reason === 'missing' || reason === 'invalid') return 'claims';
  if (claim === 'nbf') return 'not_yet_valid';
  if (claim === 'iss') return 'issuer';
  if (claim === 'aud') return 'audience';
  return 'claims';
}

import { Injectable } from '@nestjs/common';
import { errors } from 'jose';
import { Counter } from 'prom-client';
import { Problem } from '../problems/problem.ts';
import { Metrics } from '../telemetry/metrics.ts';

/**
 * Why credentials were refused: a closed list. `missing`: none were sent. `malformed`: they are no token. `token_type`: a token
 * for something else than access. `claims`: a claim that must be there is missing, or of another type.
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

  /** The detail says to send a key, and not whether one was near. */
  ofApiKey(reason: 'missing' | 'unknown_key'): Problem {
    return this.refusal(reason, 'Send a valid key in the X-Api-Key header.', 'ApiKey');
  }

  /** The challenge says when a token was sent and is not valid (RFC 6750, section 3.1), so that the caller gets another one. */
  ofToken(reason: AuthRefusal, cause?: unknown): Problem {
    const challenge = reason === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"';
    return this.refusal(reason, 'Send a valid token in the Authorization header, as Bearer.', challenge, cause);
  }

  private refusal(reason: AuthRefusal, detail: string, challenge: string, cause?: unknown): Problem {
    this.refusals.inc({ reason });
    return new Problem('unauthenticated', detail, { cause, reason, headers: { 'www-authenticate': challenge } });
  }
}

/** The reason why a token was refused. @throws the error itself when it is not about the token */
export function refusalOf(error: unknown): AuthRefusal {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return refusalOfClaim(error);
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'algorithm';
  if (error instanceof errors.JWKSNoMatchingKey) return 'unknown_signing_key';
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSMultipleMatchingKeys)
    return 'signature';
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) return 'malformed';
  throw error;
}

function refusalOfClaim({ claim, reason }: errors.JWTClaimValidationFailed): AuthRefusal {
  if (reason === 'missing' || reason === 'invalid') return 'claims';
  if (claim === 'nbf') return 'not_yet_valid';
  if (claim === 'iss') return 'issuer';
  if (claim === 'aud') return 'audience';
  return 'claims';
}

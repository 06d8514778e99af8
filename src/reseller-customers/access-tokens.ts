import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { type Organisation } from '../config/organisations.ts';
import { type Deadline } from '../resilience/deadline.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { type IssuedToken } from './issued-token.ts';
import { SharedTokens } from './shared-tokens.ts';
import { TokenIssuer } from './token-issuer.ts';

/** After a forced renewal, a further refusal is not the token's issue. */
const FORCED_AT_MOST_EVERY_MS = 10_000;
/** In the worst storm the issuer is asked this often. */
const ASKED_AT_MOST_EVERY_MS = 1000;

/** What is known of one organisation's token. */
interface TokenState {
  token: IssuedToken | null;
  renewal: Promise<IssuedToken> | null;
  /** Monotonic milliseconds. */
  askedAt: number;
  failure: UpstreamError | null;
  forcedAt: number;
}

/**
 * Bearer tokens for the reseller customers API: the configured one, or one fetched with client credentials, once for all
 * waiters, renewed ahead of its end behind the requests, and kept to its real end while the issuer is away.
 * @see IMS server-to-server tokens: expires_in is in seconds; there is no refresh token
 */
@Injectable()
export class AccessTokens {
  private readonly held = new Map<string, TokenState>();

  constructor(
    private readonly clock: Clock,
    private readonly issuer: TokenIssuer,
    private readonly shared: SharedTokens,
  ) {}

  /**
   * @returns a token to send
   * @throws UpstreamError `unauthorised` when the issuer refuses the credentials, `circuit_open` when no token can be
   * had, `timeout` when none came within the deadline
   */
  async current(organisation: Organisation, requestId: string, deadline: Deadline): Promise<string> {
    if (organisation.resellerToken.kind === 'static') return organisation.resellerToken.accessToken;
    const held = this.of(organisation);
    const now = this.clock.now();
    if (held.token && now < held.token.expiresAt) {
      // Behind this request; a failure of it is logged where the call was made.
      if (now >= held.token.renewAt) this.renew(held, organisation, requestId, null).catch(() => undefined);
      return held.token.value;
    }
    return this.awaited(this.renew(held, organisation, requestId, null), deadline);
  }

  /**
   * A token other than `refused`, which the API has just refused.
   * @returns null when there is none to be had: a static token, or a renewal was forced only just now
   */
  async refreshAfterRejection(
    refused: string,
    organisation: Organisation,
    requestId: string,
    deadline: Deadline,
  ): Promise<string | null> {
    if (organisation.resellerToken.kind === 'static') return null;
    const held = this.of(organisation);
    if (held.token && held.token.value !== refused) return held.token.value;
    if (!held.renewal) {
      if (this.clock.monotonic() - held.forcedAt < FORCED_AT_MOST_EVERY_MS) return null;
      held.forcedAt = this.clock.monotonic();
      held.token = null;
    }
    return this.awaited(this.renew(held, organisation, requestId, refused), deadline);
  }

  private of({ id }: Organisation): TokenState {
    const held = this.held.get(id) ?? {
      token: null,
      renewal: null,
      askedAt: -Infinity,
      failure: null,
      forcedAt: -Infinity,
    };
    this.held.set(id, held);
    return held;
  }

  /** One renewal for all who wait. One that has just failed is not tried again within the second. */
  private renew(
    held: TokenState,
    organisation: Organisation,
    requestId: string,
    rejected: string | null,
  ): Promise<IssuedToken> {
    if (held.renewal) return held.renewal;
    if (held.failure && this.clock.monotonic() - held.askedAt < ASKED_AT_MOST_EVERY_MS)
      return Promise.reject(held.failure);
    held.askedAt = this.clock.monotonic();
    held.renewal = this.shared
      .getOrIssue(organisation.id, rejected, () => this.issuer.issue(organisation, requestId))
      .then(
        (token) => {
          held.token = token;
          held.failure = null;
          return token;
        },
        (error: unknown) => {
          held.failure = error instanceof UpstreamError ? error : null;
          throw error;
        },
      )
      .finally(() => {
        held.renewal = null;
      });
    // Avoids an unhandled rejection when nobody awaits it.
    held.renewal.catch(() => undefined);
    return held.renewal;
  }

  private async awaited(renewal: Promise<IssuedToken>, deadline: Deadline): Promise<string> {
    const token = await deadline.race(renewal, () => {
      throw noToken('timeout', 'no token in time');
    });
    return token.value;
  }
}

function noToken(state: 'timeout', reason: string): UpstreamError {
  return new UpstreamError({
    upstream: 'reseller-token',
    operation: 'issue_token',
    state,
    answered: false,
    retryable: false,
    reason,
  });
}

import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { type Organisation } from '../config/organisations/organisations.ts';
import { SingleFlight } from '../resilience/single-flight.ts';
import { type CallContext } from '../upstream/call-context.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { type IssuedToken } from './issued-token.ts';
import { SharedTokens } from './shared-tokens.ts';
import { TokenIssuer } from './token-issuer.ts';

/** A refusal this soon after a forced renewal has another cause than the token. */
const FORCED_RENEWAL_INTERVAL_MS = 10_000;
/** The issuer is called at most this often. */
const MIN_ISSUE_INTERVAL_MS = 1000;

/** The fetch that needs a token. */
type TokenRequest = Pick<CallContext, 'requestId' | 'deadline'>;

/** The state of one client's token. */
interface TokenState {
  token: IssuedToken | null;
  /** Monotonic milliseconds. */
  askedAt: number;
  failure: UpstreamError | null;
  forcedAt: number;
}

/**
 * Bearer tokens for the reseller customers API: the configured one, or one fetched with client credentials. One fetch
 * serves all waiters, of every organisation with the same credentials. It renews a token in the background before it
 * expires. While the issuer is down it uses the token until then, even when the API has refused it once.
 * @see IMS server-to-server tokens: expires_in is in seconds; there is no refresh token
 */
@Injectable()
export class AccessTokens {
  private readonly held = new Map<string, TokenState>();
  private readonly renewals: SingleFlight<IssuedToken>;

  constructor(
    private readonly clock: Clock,
    private readonly issuer: TokenIssuer,
    private readonly shared: SharedTokens,
  ) {
    this.renewals = new SingleFlight(clock);
  }

  /**
   * @returns a token to send
   * @throws UpstreamError `unauthorised` when the issuer refuses the credentials, `circuit_open` when it issues no token,
   * `timeout` when none came within the deadline
   */
  async current(organisation: Organisation, { requestId, deadline }: TokenRequest): Promise<string> {
    if (organisation.resellerToken.kind === 'static') return organisation.resellerToken.accessToken;
    const held = this.of(organisation);
    const now = this.clock.now();
    if (held.token && now < held.token.expiresAt) {
      // In the background; `UpstreamHttp` logs a failure.
      if (now >= held.token.renewAt) this.renew(held, organisation, requestId, null).catch(() => undefined);
      return held.token.value;
    }
    return this.awaited(this.renew(held, organisation, requestId, null), deadline);
  }

  /**
   * A token other than `refused`, which the API has just refused.
   * @returns null when there is no other: the token is static, or a renewal has just been forced
   */
  async refreshAfterRejection(
    refused: string,
    organisation: Organisation,
    { requestId, deadline }: TokenRequest,
  ): Promise<string | null> {
    if (organisation.resellerToken.kind === 'static') return null;
    const held = this.of(organisation);
    if (held.token && held.token.value !== refused) return held.token.value;
    if (!this.renewals.has(organisation.tokenClient)) {
      if (this.clock.monotonic() - held.forcedAt < FORCED_RENEWAL_INTERVAL_MS) return null;
      held.forcedAt = this.clock.monotonic();
    }
    return this.awaited(this.renew(held, organisation, requestId, refused), deadline);
  }

  private of({ tokenClient }: Organisation): TokenState {
    const held = this.held.get(tokenClient) ?? {
      token: null,
      askedAt: -Infinity,
      failure: null,
      forcedAt: -Infinity,
    };
    this.held.set(tokenClient, held);
    return held;
  }

  /** One renewal for all waiters. After a failure it does not try again within a second. */
  private async renew(
    held: TokenState,
    organisation: Organisation,
    requestId: string,
    rejected: string | null,
  ): Promise<IssuedToken> {
    const isTooSoon = this.clock.monotonic() - held.askedAt < MIN_ISSUE_INTERVAL_MS;
    if (held.failure && isTooSoon && !this.renewals.has(organisation.tokenClient)) throw held.failure;
    return this.renewals.run(organisation.tokenClient, () => this.issue(held, organisation, requestId, rejected));
  }

  private async issue(
    held: TokenState,
    organisation: Organisation,
    requestId: string,
    rejected: string | null,
  ): Promise<IssuedToken> {
    held.askedAt = this.clock.monotonic();
    try {
      const issue = (): Promise<IssuedToken> => this.issuer.issue(organisation, requestId);
      held.token = await this.shared.getOrIssue(organisation.tokenClient, rejected, issue);
      held.failure = null;
      return held.token;
    } catch (error) {
      held.failure = error instanceof UpstreamError ? error : null;
      throw error;
    }
  }

  private async awaited(renewal: Promise<IssuedToken>, deadline: TokenRequest['deadline']): Promise<string> {
    const token = await deadline.race(renewal, () => {
      throw noTokenInTime();
    });
    return token.value;
  }
}

const noTokenInTime = (): UpstreamError =>
  new UpstreamError({
    upstream: 'reseller-token',
    operation: 'issue_token',
    state: 'timeout',
    answered: false,
    retryable: false,
    reason: 'no token in time',
  });

import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type Organisation } from '../config/organisations.ts';
import { Deadline } from '../upstream/deadline.ts';
import { isObject } from '../upstream/json.ts';
import { UpstreamError } from '../upstream/upstream.error.ts';
import { UpstreamHttp } from '../upstream/upstream.http.ts';

interface IssuedToken {
  readonly value: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** A token is renewed this long before its end, so that it does not end on its way. */
const RENEW_BEFORE_MS = 60_000;
const LONGEST_LIFE_MS = 24 * 3600 * 1000;
/** What a token is taken to live when the issuer says nothing sensible. */
const UNKNOWN_LIFE_MS = 5 * 60_000;
/** After a forced renewal, a further refusal is not the token's fault. */
const FORCED_AT_MOST_EVERY_MS = 10_000;

/**
 * Bearer tokens for the reseller customers API: the configured one, or one fetched with client credentials, once for
 * all waiters.
 * @see IMS server-to-server tokens: expires_in is in seconds; there is no refresh token
 */
@Injectable()
export class AccessTokens {
  private readonly tokens = new Map<string, IssuedToken>();
  private readonly pending = new Map<string, Promise<IssuedToken>>();

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly upstream: UpstreamHttp,
  ) {}

  /**
   * @returns a token to send
   * @throws UpstreamError `unauthorised` when the issuer refuses the credentials, otherwise the state of the failed call
   */
  async current(organisation: Organisation, requestId: string, deadline: Deadline): Promise<string> {
    if (organisation.resellerToken.kind === 'static') return organisation.resellerToken.accessToken;
    const token = this.tokens.get(organisation.id);
    if (token && this.clock.now() < token.expiresAt - RENEW_BEFORE_MS) return token.value;
    return this.renew(organisation, requestId, deadline);
  }

  /**
   * A token other than `refused`, which the API has just refused.
   * @returns null when there is none to be had: a static token, or one that was itself just renewed
   */
  async insteadOf(
    refused: string,
    organisation: Organisation,
    requestId: string,
    deadline: Deadline,
  ): Promise<string | null> {
    if (organisation.resellerToken.kind === 'static') return null;
    const token = this.tokens.get(organisation.id);
    if (token && token.value !== refused) return token.value;
    if (token && this.clock.now() - token.issuedAt < FORCED_AT_MOST_EVERY_MS) return null;
    return this.renew(organisation, requestId, deadline);
  }

  /** One call to the issuer for all who wait; it runs on its own time, each waiter leaves at its own deadline. */
  private async renew(organisation: Organisation, requestId: string, deadline: Deadline): Promise<string> {
    let renewal = this.pending.get(organisation.id);
    if (!renewal) {
      renewal = this.fetch(organisation, requestId).finally(() => this.pending.delete(organisation.id));
      this.pending.set(organisation.id, renewal);
      renewal.catch(() => undefined); // Each waiter gets the failure; this one only marks it as handled.
    }
    return (await Promise.race([renewal, whenOver(deadline)])).value;
  }

  private async fetch(organisation: Organisation, requestId: string): Promise<IssuedToken> {
    if (organisation.resellerToken.kind === 'static') throw new TypeError('a static token is never fetched');
    const issuedAt = this.clock.now();
    const { status, body } = await this.upstream.send({
      upstream: 'reseller-token',
      operation: 'issue_token',
      method: 'POST',
      url: this.config.reseller.tokenUrl,
      headers: () => ({ 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' }),
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: organisation.resellerApiKey,
        client_secret: organisation.resellerToken.clientSecret,
        scope: this.config.reseller.tokenScope,
      }).toString(),
      attemptTimeoutMs: this.config.reseller.timeoutMs,
      deadline: new Deadline(this.config.requestBudgetMs),
      requestId,
    });
    if (status >= 400) throw tokenError('unauthorised', `status ${status}`);
    if (!isObject(body) || typeof body.access_token !== 'string' || body.access_token === '')
      throw tokenError('malformed', 'the answer has no access_token');
    const token = { value: body.access_token, issuedAt, expiresAt: issuedAt + lifeMs(body.expires_in) };
    this.tokens.set(organisation.id, token);
    return token;
  }
}

/** `expires_in` in seconds as milliseconds, clamped so that nothing the issuer says makes us ask in a loop. */
function lifeMs(expiresIn: unknown): number {
  const ms = Number(expiresIn) * 1000;
  if (expiresIn === null || !Number.isFinite(ms) || ms <= 0) return UNKNOWN_LIFE_MS;
  return Math.min(Math.max(ms, 2 * RENEW_BEFORE_MS), LONGEST_LIFE_MS);
}

function whenOver(deadline: Deadline): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = (): void => {
      reject(tokenError('timeout', 'no token in time'));
    };
    if (deadline.signal.aborted) fail();
    else deadline.signal.addEventListener('abort', fail, { once: true });
  });
}

function tokenError(state: 'unauthorised' | 'malformed' | 'timeout', reason: string): UpstreamError {
  return new UpstreamError({
    upstream: 'reseller-token',
    operation: 'issue_token',
    state,
    answered: true,
    retryable: false,
    reason,
  });
}

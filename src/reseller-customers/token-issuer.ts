import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type Organisation } from '../config/organisations/organisations.ts';
import { Deadline } from '../resilience/deadline.ts';
import { CallWait } from '../upstream/call-context.ts';
import { type Reading, type UpstreamAnswer } from '../upstream/upstream-call.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { UpstreamHttp } from '../upstream/upstream-http.ts';
import { type IssuedToken, readIssuedToken } from './issued-token.ts';

const ISSUE_TOKEN = { upstream: 'reseller-token', operation: 'issue_token' } as const;

/** The token issuer: OAuth 2.0 client credentials (RFC 6749, section 4.4). Only the body carries the secret. */
@Injectable()
export class TokenIssuer {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly upstream: UpstreamHttp,
  ) {}

  /**
   * @throws UpstreamError `unauthorised` when the credentials are refused; `circuit_open` for every other failure: the
   * reseller customers API cannot be called now
   */
  async issue(organisation: Organisation, requestId: string): Promise<IssuedToken> {
    if (organisation.resellerToken.kind === 'static') throw new TypeError('a static token is never issued');
    const issuedAt = this.clock.now();
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: organisation.resellerApiKey,
      client_secret: organisation.resellerToken.clientSecret,
      scope: this.config.reseller.tokenScope,
    });
    try {
      return await this.upstream.send({
        ...ISSUE_TOKEN,
        organisation: organisation.id,
        method: 'POST',
        url: this.config.reseller.tokenUrl,
        headers: () => ({ 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' }),
        body: form.toString(),
        attemptTimeoutMs: this.config.reseller.timeoutMs,
        deadline: new Deadline(this.clock, this.config.requestBudgetMs),
        wait: new CallWait(),
        requestId,
        noRetry: true,
        read: (answer) => read(answer, issuedAt),
      });
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.state === 'unauthorised') throw error;
      const { answered, sent, retryAfterMs, status } = error;
      const reason = 'no token is available';
      throw new UpstreamError({
        ...ISSUE_TOKEN,
        state: 'circuit_open',
        answered,
        sent,
        retryable: false,
        retryAfterMs,
        status,
        reason,
      });
    }
  }
}

function read({ status, body }: UpstreamAnswer, issuedAt: number): Reading<IssuedToken> {
  if (status >= 400) return { failure: 'unauthorised', reason: `status ${status}` };
  const token = readIssuedToken(body, issuedAt);
  return token ? { state: 'ok', value: token } : { failure: 'malformed', reason: 'the answer holds no token' };
}

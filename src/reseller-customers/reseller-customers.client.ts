import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { type Organisation } from '../config/organisations.ts';
import { type Deadline } from '../upstream/deadline.ts';
import { isObject, text } from '../upstream/json.ts';
import { type UpstreamAnswer } from '../upstream/outcome.ts';
import { upstreamUrl } from '../upstream/upstream-url.ts';
import { UpstreamError } from '../upstream/upstream.error.ts';
import { UpstreamHttp } from '../upstream/upstream.http.ts';
import { AccessTokens } from './access-token.ts';
import { type ResellerCustomer } from './reseller-customer.ts';
import { readCustomer } from './reseller-customer.wire.ts';
import { ReplayIds } from './replay-ids.ts';

export type ResellerAnswer =
  { readonly state: 'ok'; readonly customer: ResellerCustomer } | { readonly state: 'customer_unknown' };

const GET_CUSTOMER = { upstream: 'reseller', operation: 'get_customer' } as const;

/** The reseller customers API: `GET /v3/customers/{customerId}`. */
@Injectable()
export class ResellerCustomersClient {
  constructor(
    private readonly config: Config,
    private readonly tokens: AccessTokens,
    private readonly upstream: UpstreamHttp,
  ) {}

  /**
   * The customer, or the definite word that there is none (also when it moved to another distributor).
   * @throws UpstreamError when there is no definite answer within the deadline
   */
  async getCustomer(
    customerId: string,
    organisation: Organisation,
    requestId: string,
    deadline: Deadline,
  ): Promise<ResellerAnswer> {
    const token = await this.tokens.current(organisation, requestId, deadline);
    let answer = await this.request(customerId, token, organisation, requestId, deadline);
    if (isTokenRefused(answer)) {
      const renewed = await this.tokens.insteadOf(token, organisation, requestId, deadline);
      if (renewed !== null) answer = await this.request(customerId, renewed, organisation, requestId, deadline);
    }
    return interpret(answer, customerId);
  }

  /** One intent: it has its own pair of ids, also when it repeats another after a refused token. */
  private request(
    customerId: string,
    token: string,
    organisation: Organisation,
    requestId: string,
    deadline: Deadline,
  ): Promise<UpstreamAnswer> {
    const ids = new ReplayIds();
    return this.upstream.send({
      ...GET_CUSTOMER,
      method: 'GET',
      url: upstreamUrl(this.config.reseller.baseUrl, ['v3', 'customers', customerId]),
      headers: (previous) => ({
        Accept: 'application/json',
        'Content-Type': 'application/json',
        Authorization: `Bearer ${token}`,
        'X-Api-Key': organisation.resellerApiKey,
        ...ids.next(previous),
      }),
      attemptTimeoutMs: this.config.reseller.timeoutMs,
      deadline,
      requestId,
    });
  }
}

/** 401, or 403 with the code for a missing token; any other 403 is the API key's fault and no new token heals it. */
function isTokenRefused({ status, body }: UpstreamAnswer): boolean {
  return status === 401 || (status === 403 && isObject(body) && text(body.code) === '4117');
}

function interpret({ status, body, upstreamRequestId }: UpstreamAnswer, customerId: string): ResellerAnswer {
  const failed = (state: 'unauthorised' | 'upstream_error' | 'malformed', reason: string): UpstreamError =>
    new UpstreamError({ ...GET_CUSTOMER, state, answered: true, retryable: false, status, upstreamRequestId, reason });

  if (status === 401 || status === 403) throw failed('unauthorised', `status ${status}`);
  // The gateway in front speaks of itself with error_code: its 404 says nothing about the customer.
  if (status === 404 && isObject(body) && !('error_code' in body)) return { state: 'customer_unknown' };
  if (status >= 400) throw failed('upstream_error', `status ${status}`);

  const customer = readCustomer(body);
  if (!customer) throw failed('malformed', 'the body is not a customer');
  if (customer.customerId !== customerId) throw failed('malformed', 'the body is another customer');
  return { state: 'ok', customer };
}

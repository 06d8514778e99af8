import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { type Organisation } from '../config/organisations/organisations.ts';
import { isEmpty, isObject, text } from '../json/json.ts';
import { type CallContext } from '../upstream/call-context.ts';
import { Drift } from '../upstream/drift/drift.ts';
import { type QuotaUser } from '../upstream/quota/quota-user.ts';
import { refusalReason } from '../upstream/refusal-reason.ts';
import { type Reading, type UpstreamAnswer } from '../upstream/upstream-call.ts';
import { UpstreamError } from '../upstream/upstream-error.ts';
import { UpstreamHttp } from '../upstream/upstream-http.ts';
import { upstreamUrl } from '../upstream/upstream-url.ts';
import { AccessTokens } from './access-tokens.ts';
import { RequestIds } from './request-ids.ts';
import { customerDrift } from './reseller-customer.drift.ts';
import { type ResellerCustomer } from './reseller-customer.ts';
import { readCustomer } from './reseller-customer.wire.ts';

export type ResellerAnswer =
  { readonly state: 'ok'; readonly customer: ResellerCustomer } | { readonly state: 'customer_unknown' };

/** The operation that fetches a customer. */
export const GET_CUSTOMER = { upstream: 'reseller', operation: 'get_customer' } as const;
/** Error codes of the API. They are texts, and some are words. */
const NO_SUCH_CUSTOMER = '1116';
const TOKEN_MISSING = '4117';
/** A new token may help: 401, or 403 with the code for a missing token. */
const TOKEN_REFUSED = 'the token is refused';

/** The reseller customers API: `GET /v3/customers/{customerId}`. */
@Injectable()
export class ResellerCustomersClient {
  constructor(
    private readonly config: Config,
    private readonly tokens: AccessTokens,
    private readonly upstream: UpstreamHttp,
    private readonly drift: Drift,
  ) {}

  /** Announces that a customer will be fetched soon. @param withinMs how long to wait for Redis */
  prepare({ id: organisation }: Organisation, quotaUser: QuotaUser, withinMs: number): void {
    this.upstream.prepare({ upstream: GET_CUSTOMER.upstream, organisation, quotaUser }, withinMs);
  }

  /**
   * The customer, or the definite answer that there is none (also when it moved to another distributor). Retries once, as a
   * new intent with new ids, when the API refuses the token and another one is available.
   * @throws UpstreamError when there is no definite answer within the deadline
   */
  async getCustomer(
    customerId: string,
    organisation: Organisation,
    quotaUser: QuotaUser,
    context: CallContext,
  ): Promise<ResellerAnswer> {
    const token = await this.tokens.current(organisation, context);
    try {
      return await this.request(customerId, token, organisation, quotaUser, context);
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.reason !== TOKEN_REFUSED) throw error;
      const other = await this.tokens.refreshAfterRejection(token, organisation, context);
      if (other === null) throw error;
      return this.request(customerId, other, organisation, quotaUser, context);
    }
  }

  private request(
    customerId: string,
    token: string,
    organisation: Organisation,
    quotaUser: QuotaUser,
    context: CallContext,
  ): Promise<ResellerAnswer> {
    const ids = new RequestIds();
    return this.upstream.send({
      ...GET_CUSTOMER,
      ...context,
      organisation: organisation.id,
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
      maxAnswerBytes: this.config.reseller.maxAnswerBytes,
      quotaUser,
      read: (answer) => {
        const reading = read(answer, customerId);
        if ('value' in reading && reading.value.state === 'ok')
          this.drift.record(GET_CUSTOMER.upstream, customerDrift(answer.body));
        return reading;
      },
    });
  }
}

/** Whether a refusal names another customer. */
const namesAnother = (body: unknown, customerId: string): boolean =>
  isObject(body) && !isEmpty(body.customerId) && text(body.customerId) !== customerId;

function read({ status, body }: UpstreamAnswer, customerId: string): Reading<ResellerAnswer> {
  const code = isObject(body) ? body.code : undefined;
  // Any other 403 concerns the API key; a new token does not help.
  if (status === 401 || (status === 403 && code === TOKEN_MISSING))
    return { failure: 'unauthorised', reason: TOKEN_REFUSED };
  if (status === 403) return { failure: 'unauthorised', reason: refusalReason(status) };
  // Any other 404 may be a gateway's, another resource's or another customer's, and says nothing about this one.
  if (status === 404 && code === NO_SUCH_CUSTOMER && !namesAnother(body, customerId))
    return { state: 'customer_unknown', value: { state: 'customer_unknown' } };
  if (status >= 400) return { failure: 'upstream_error', reason: refusalReason(status) };

  const customer = readCustomer(body);
  if (!customer) return { failure: 'malformed', reason: 'the body is not a customer' };
  if (customer.customerId !== customerId)
    return { failure: 'malformed', reason: 'the body is another customer', event: 'foreign_customer' };
  return { state: 'ok', value: { state: 'ok', customer } };
}

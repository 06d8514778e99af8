import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { type ConnectorName } from '../config/connector-names.ts';
import { type Organisation } from '../config/organisations.ts';
import { type Deadline } from '../upstream/deadline.ts';
import { upstreamUrl } from '../upstream/upstream-url.ts';
import { UpstreamError } from '../upstream/upstream.error.ts';
import { UpstreamHttp } from '../upstream/upstream.http.ts';
import { type ConnectorAnswer } from './connector.ts';
import { readConnector, readRefusal } from './connector.wire.ts';

/** The billing connectors API: `GET /customers/{billingCustomerId}/connector/{name}`. */
@Injectable()
export class BillingConnectorsClient {
  constructor(
    private readonly config: Config,
    private readonly upstream: UpstreamHttp,
  ) {}

  /**
   * The customer's reference in one connector, or the definite word why there is none.
   * @param billingCustomerId a lower-case UUID
   * @throws UpstreamError when there is no definite answer within the deadline
   */
  async getConnector(
    billingCustomerId: string,
    name: ConnectorName,
    organisation: Organisation,
    requestId: string,
    deadline: Deadline,
  ): Promise<ConnectorAnswer> {
    const { baseUrl, timeoutMs, apiVersion } = this.config.billing;
    const call = { upstream: 'billing', operation: `get_connector_${name}` } as const;
    const { status, body, upstreamRequestId } = await this.upstream.send({
      ...call,
      method: 'GET',
      url: upstreamUrl(baseUrl, ['customers', billingCustomerId, 'connector', name]),
      headers: () => ({
        Accept: 'application/json',
        'x-api-key': organisation.billingApiKey,
        organisation: organisation.id,
        ...(apiVersion === null ? {} : { apiversion: apiVersion }),
      }),
      attemptTimeoutMs: timeoutMs,
      deadline,
      requestId,
    });

    const answer = status < 300 ? readConnector(body, name) : readRefusal(status, body);
    if (answer) return answer;
    const state = status < 300 ? 'malformed' : status === 401 || status === 403 ? 'unauthorised' : 'upstream_error';
    throw new UpstreamError({
      ...call,
      state,
      answered: true,
      retryable: false,
      status,
      upstreamRequestId,
      reason: status < 300 ? 'the body is not this connector’s details' : `status ${status}`,
    });
  }
}

import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { type ConnectorName } from '../config/connector-names.ts';
import { type Organisation } from '../config/organisations.ts';
import { type Deadline } from '../upstream/deadline.ts';
import { Drift } from '../upstream/drift.ts';
import { SharedCalls } from '../upstream/shared-calls.ts';
import { upstreamUrl } from '../upstream/upstream-url.ts';
import { type Reading, type UpstreamAnswer } from '../upstream/upstream-call.ts';
import { overdue } from '../upstream/upstream.error.ts';
import { UpstreamHttp } from '../upstream/upstream.http.ts';
import { connectorDrift } from './connector.drift.ts';
import { type ConnectorAnswer } from './connector.ts';
import { readConnector, readRefusal } from './connector.wire.ts';

/** The billing connectors API: `GET /customers/{billingCustomerId}/connector/{name}`. */
@Injectable()
export class BillingConnectorsClient {
  private readonly shared = new SharedCalls();

  constructor(
    private readonly config: Config,
    private readonly upstream: UpstreamHttp,
    private readonly drift: Drift,
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
    const url = upstreamUrl(baseUrl, ['customers', billingCustomerId, 'connector', name]);
    return this.shared.join(
      `${organisation.id} ${url}`,
      deadline,
      this.config.requestBudgetMs,
      (own) =>
        this.upstream.send({
          ...call,
          organisation: organisation.id,
          method: 'GET',
          url,
          headers: () => ({
            Accept: 'application/json',
            'x-api-key': organisation.billingApiKey,
            organisation: organisation.id,
            ...(apiVersion === null ? {} : { apiversion: apiVersion }),
          }),
          attemptTimeoutMs: timeoutMs,
          deadline: own,
          requestId,
          read: (answer) => {
            const reading = read(answer, name);
            // A 2xx that is not this connector's is malformed, not drift.
            if (answer.status >= 300 || 'value' in reading) this.drift.record(call.upstream, connectorDrift(answer));
            return reading;
          },
        }),
      () => overdue(call.upstream, call.operation),
    );
  }
}

function read({ status, body }: UpstreamAnswer, name: ConnectorName): Reading<ConnectorAnswer> {
  const answer = status < 300 ? readConnector(body, name) : readRefusal(status, body);
  if (answer) return { state: answer.state, value: answer };
  if (status < 300) return { failure: 'malformed', reason: 'the body is not this connector’s details' };
  return { failure: status === 401 || status === 403 ? 'unauthorised' : 'upstream_error', reason: `status ${status}` };
}

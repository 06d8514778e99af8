import { Injectable } from '@nestjs/common';
import { Config } from '../config/config.ts';
import { type ConnectorName } from '../config/connector-names.ts';
import { type Organisation } from '../config/organisations/organisations.ts';
import { type CallContext } from '../upstream/call-context.ts';
import { Drift } from '../upstream/drift/drift.ts';
import { type DriftFinding } from '../upstream/drift/find-drift.ts';
import { refusalReason } from '../upstream/refusal-reason.ts';
import { type Reading, type UpstreamAnswer } from '../upstream/upstream-call.ts';
import { UpstreamHttp } from '../upstream/upstream-http.ts';
import { upstreamUrl } from '../upstream/upstream-url.ts';
import { connectorDrift } from './connector.drift.ts';
import { type ConnectorAnswer } from './connector.ts';
import { readConnector } from './connector.wire.ts';
import { namesAnother, namesAnotherCustomer, readRefusal } from './connector-refusal.wire.ts';
import { customerListDrift } from './customer-list.drift.ts';
import { readCustomerIds } from './customer-list.wire.ts';

/** The operation that finds customers by their `external_id`. */
export const FIND_CUSTOMER = 'find_customer';

/** The operation that fetches a connector's reference. Each connector has its own operation, and so its own circuit breaker. */
export const connectorOperation = (name: ConnectorName): string => `get_connector_${name}`;

/** The billing connectors API: `GET /customers/{billingCustomerId}/connector/{name}` and `GET /customers?external_id=`. */
@Injectable()
export class BillingConnectorsClient {
  constructor(
    private readonly config: Config,
    private readonly upstream: UpstreamHttp,
    private readonly drift: Drift,
  ) {}

  /** Announces that connectors will be called soon. @param withinMs how long to wait for Redis */
  prepare({ id: organisation }: Organisation, withinMs: number): void {
    this.upstream.prepare({ upstream: 'billing', organisation }, withinMs);
  }

  /**
   * The customer's reference in one connector, or the definite answer that there is none.
   * @param billingCustomerId a lower-case UUID
   * @param caller the caller whose request began the call
   * @throws UpstreamError when there is no definite answer within the deadline
   */
  async getConnector(
    billingCustomerId: string,
    name: ConnectorName,
    organisation: Organisation,
    context: CallContext,
    caller?: string,
  ): Promise<ConnectorAnswer> {
    const url = upstreamUrl(this.config.billing.baseUrl, ['customers', billingCustomerId, 'connector', name]);
    const read = (answer: UpstreamAnswer): Reading<ConnectorAnswer> => readDetails(answer, name, billingCustomerId);
    const maxAnswerBytes = this.config.billing.maxAnswerBytes;
    const call = { operation: connectorOperation(name), url, read, driftOf: connectorDrift, maxAnswerBytes };
    return this.get(call, organisation, context, caller);
  }

  /**
   * The customers whose `external_id` is exactly this one.
   * @returns their ids, lower-case UUIDs; none, or several, is a definite answer
   * @throws UpstreamError when there is no definite answer within the deadline
   */
  async findCustomers(
    externalId: string,
    organisation: Organisation,
    context: CallContext,
  ): Promise<readonly string[]> {
    const list = upstreamUrl(this.config.billing.baseUrl, ['customers']);
    const url = `${list}?external_id=${encodeURIComponent(externalId)}`;
    const read = (answer: UpstreamAnswer): Reading<readonly string[]> => readMatches(answer, externalId);
    const call = { operation: FIND_CUSTOMER, url, read, driftOf: customerListDrift };
    return this.get(call, organisation, context);
  }

  private get<T>(
    { operation, url, read, driftOf, maxAnswerBytes }: BillingCall<T>,
    organisation: Organisation,
    context: CallContext,
    caller?: string,
  ): Promise<T> {
    const { timeoutMs, apiVersion } = this.config.billing;
    return this.upstream.send({
      ...context,
      upstream: 'billing',
      operation,
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
      ...(caller === undefined ? {} : { caller }),
      ...(maxAnswerBytes === undefined ? {} : { maxAnswerBytes }),
      failsAlone: true,
      read: (answer) => {
        const reading = read(answer);
        // A 2xx with other content is malformed, not drift.
        if (answer.status >= 300 || 'value' in reading) this.drift.record('billing', driftOf(answer));
        return reading;
      },
    });
  }
}

/** The request of one operation, and how to read its answer. */
interface BillingCall<T> {
  readonly operation: string;
  readonly url: string;
  readonly read: (answer: UpstreamAnswer) => Reading<T>;
  readonly driftOf: (answer: UpstreamAnswer) => readonly DriftFinding[];
  readonly maxAnswerBytes?: number;
}

function readDetails(
  { status, body }: UpstreamAnswer,
  name: ConnectorName,
  billingCustomerId: string,
): Reading<ConnectorAnswer> {
  if (status >= 300) return readConnectorRefusal(status, body, name, billingCustomerId);
  const answer = readConnector(body, name);
  return answer ? { state: answer.state, value: answer } : malformed('the body is not this connector’s details');
}

function readConnectorRefusal(
  status: number,
  body: unknown,
  name: ConnectorName,
  billingCustomerId: string,
): Reading<ConnectorAnswer> {
  const state = readRefusal(status, body);
  if (state === null) return refused(status);
  if (namesAnotherCustomer(body, billingCustomerId)) return malformed('the refusal names another customer');
  return namesAnother(body, name) ? malformed('the refusal names another connector') : { state, value: { state } };
}

function readMatches({ status, body }: UpstreamAnswer, externalId: string): Reading<readonly string[]> {
  if (status >= 300) return refused(status);
  const ids = readCustomerIds(body, externalId);
  if (ids === null) return malformed('the body is not a whole list of customers');
  return { state: ids.length > 1 ? 'ambiguous' : ids.length === 1 ? 'found' : 'none', value: ids };
}

const malformed = (reason: string): Reading<never> => ({ failure: 'malformed', reason });

const refused = (status: number): Reading<never> => ({
  failure: status === 401 || status === 403 ? 'unauthorised' : 'upstream_error',
  reason: refusalReason(status),
});

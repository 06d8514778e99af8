import { type Answer, jsonAnswer } from '../answer.ts';
import type { Api, Outcome, Source } from '../api.ts';
import { type Call, decodeSegment, header } from '../call.ts';
import { isConnectorName } from '../connectors.ts';
import { credentials } from '../credentials.ts';
import type { ConnectorOutcome } from '../customers/customer.ts';
import { billingCustomerOf, type CustomerRegister } from '../customers/customer-register.ts';
import { isUuid } from '../uuid.ts';
import { billingAnswers, documentedBillingAnswer } from './billing-answers.ts';

/** Under which key the list of customers is sent: `data` in the documentation, `results` in the vendor's own client. */
export interface BillingList {
  key: 'data' | 'results';
}

interface Reading {
  readonly outcome: Outcome;
  readonly answer: Answer;
}

/**
 * The billing connectors API: connector details, one billing customer, and customers by exact external_id. Query parameters
 * other than `external_id`, and one that is empty, over 255 characters or repeated, are refused with a 422 rather than ignored. Source: the connector specification, upstreams 2.
 */
export function billingApi(register: CustomerRegister, list: BillingList): Api {
  return {
    documented: documentedBillingAnswer,

    decide(call) {
      const [, , customerId, route, connector, ...rest] = call.path.split('/').map(decodeSegment);
      const isConnectorRoute =
        route === 'connector' && connector !== undefined && connector !== '' && rest.length === 0;
      if (route !== undefined && !isConnectorRoute) {
        return { source: 'unrouted', outcome: 'refused', answer: billingAnswers.gateway(404) };
      }
      const source = isConnectorRoute ? sourceOf(connector) : 'billingCustomers';
      const refusal = refusalOf(call);
      if (refusal) return { source, outcome: 'refused', answer: refusal };
      if (isConnectorRoute) return { source, ...readConnector(customerId, connector, register) };
      if (customerId === undefined || customerId === '') return { source, ...readList(call, register, list) };
      return { source, ...readCustomer(customerId, register) };
    },
  };
}

function sourceOf(connector: string): Source {
  return isConnectorName(connector) ? connector : 'otherConnectors';
}

function refusalOf(call: Call): Answer | undefined {
  if (call.method !== 'GET') return billingAnswers.gateway(405, { Allow: 'GET' });
  if (header(call, 'x-api-key') !== credentials.billing.apiKey) return billingAnswers.unauthorised(403);
  if (header(call, 'organisation') !== credentials.billing.organisation) return billingAnswers.unauthorised(401);
  return undefined;
}

function readConnector(customerId: string | undefined, connector: string, register: CustomerRegister): Reading {
  if (customerId === undefined || !isUuid(customerId)) return invalidId();
  const customer = register.ofBillingId(customerId);
  if (!customer) return accepted(billingAnswers.customerNotFound());
  const outcome = Object.hasOwn(customer.connectors, connector) ? customer.connectors[connector] : undefined;
  return accepted(connectorAnswer(connector, outcome));
}

function connectorAnswer(connector: string, outcome: ConnectorOutcome = { outcome: 'not_linked' }): Answer {
  switch (outcome.outcome) {
    case 'linked': {
      const { customer_name, reference_id, email } = outcome;
      return jsonAnswer(200, { connector_name: connector, customer_name, reference_id, email });
    }
    case 'not_linked':
      return billingAnswers.noIntegration(connector);
    case 'integration_removed':
      return billingAnswers.integrationRemoved();
    case 'general_failure':
      return billingAnswers.generalFailure();
    case 'server_error':
      return billingAnswers.serverError();
  }
}

function readCustomer(customerId: string, register: CustomerRegister): Reading {
  if (!isUuid(customerId)) return invalidId();
  const customer = register.ofBillingId(customerId);
  return accepted(customer ? jsonAnswer(200, billingCustomerOf(customer)) : billingAnswers.customerNotFound());
}

function readList(call: Call, register: CustomerRegister, list: BillingList): Reading {
  const unknown = [...call.query.keys()].find((name) => name !== 'external_id');
  if (unknown !== undefined) return { outcome: 'refused', answer: billingAnswers.unknownParameter(unknown) };
  const [externalId = null, ...repeated] = call.query.getAll('external_id');
  if (repeated.length > 0 || externalId === '' || (externalId?.length ?? 0) > 255)
    return { outcome: 'refused', answer: billingAnswers.invalidExternalId() };
  const found = register
    .billingCustomers()
    .filter((customer) => externalId === null || customer.external_id === externalId);
  return accepted(jsonAnswer(200, { [list.key]: found }));
}

function accepted(answer: Answer): Reading {
  return { outcome: 'accepted', answer };
}

function invalidId(): Reading {
  return { outcome: 'invalidId', answer: billingAnswers.invalidId() };
}

import { STATUS_CODES } from 'node:http';
import { type Answer, jsonAnswer } from '../answer.ts';

/** Answers of the billing connectors API, word for word where documented. Source: the connector specification, upstreams 2.1. */
export const billingAnswers = {
  noIntegration: (connector: string): Answer => badRequest(`No integration found for connector '${connector}'.`),
  integrationRemoved: (): Answer => badRequest('The requested integration is no longer available.'),
  generalFailure: (): Answer => badRequest('An error occurred while processing your request.'),
  customerNotFound: (): Answer => jsonAnswer(404, { error_code: 'NOT_FOUND', message: 'Customer not found' }),
  serverError: (): Answer =>
    jsonAnswer(500, {
      error_code: 'INTERNAL_SERVER_ERROR',
      message: 'Failed to retrieve customer connector details',
    }),
  invalidId: (): Answer =>
    jsonAnswer(422, {
      status_code: 10422,
      message: '1 validation error for Path; customer_id: value is not a valid uuid',
    }),
  /** The second documented shape of a 422. */
  unknownParameter: (name: string): Answer =>
    jsonAnswer(422, { detail: [{ loc: ['query', name], msg: 'unexpected parameter', type: 'value_error.extra' }] }),
  invalidExternalId: (): Answer =>
    jsonAnswer(422, {
      detail: [{ loc: ['query', 'external_id'], msg: 'must be one text of 1 to 255 characters', type: 'value_error' }],
    }),
  unauthorised: (status: 401 | 403): Answer =>
    jsonAnswer(status, { Message: 'User is not authorized to access this resource' }),
  gateway: (status: number, headers: Readonly<Record<string, string>> = {}): Answer =>
    jsonAnswer(status, { message: STATUS_CODES[status] ?? 'Error' }, headers),
};

function badRequest(message: string): Answer {
  return jsonAnswer(400, { error_code: 'BAD_REQUEST', message });
}

/** The answer documented for an error status; for a 400 the one that is not definite. */
export function documentedBillingAnswer(status: number): Answer {
  switch (status) {
    case 400:
      return billingAnswers.generalFailure();
    case 401:
    case 403:
      return billingAnswers.unauthorised(status);
    case 404:
      return billingAnswers.customerNotFound();
    case 422:
      return billingAnswers.invalidId();
    case 500:
      return billingAnswers.serverError();
    default:
      return billingAnswers.gateway(status);
  }
}

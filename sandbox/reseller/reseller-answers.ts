import { STATUS_CODES } from 'node:http';
import { type Answer, jsonAnswer } from '../answer.ts';

export const resellerJson = { 'Content-Type': 'application/json;charset=UTF-8' } as const;

/** Source: upstreams 1.4; the sentences are invented. */
const errors = {
  '1116': { status: 404, message: 'Invalid Customer Id' },
  '1121': { status: 400, message: 'Invalid or missing request fields' },
  '1124': { status: 500, message: 'Internal Server Error' },
  '4115': { status: 403, message: 'Api Key is invalid' },
  '4116': { status: 401, message: 'Invalid Authorization token' },
  '4117': { status: 403, message: 'Authorization token is missing' },
  '4118': { status: 429, message: 'Too many requests' },
  '4119': { status: 400, message: 'Correlation Id is missing' },
  '4120': { status: 400, message: 'Request Id has been used before' },
} as const;

/** An error of the API itself: `{"code", "message", "additionalDetails"?}`. */
export function resellerError(code: keyof typeof errors, ...additionalDetails: readonly string[]): Answer {
  const { status, message } = errors[code];
  const details = additionalDetails.length > 0 ? { additionalDetails } : {};
  return jsonAnswer(status, { code, message, ...details }, resellerJson);
}

/** An error of the gateway in front: `{"error_code", "message"}`. Codes other than 504001 are invented. */
export function gatewayError(status: number, headers: Readonly<Record<string, string>> = {}): Answer {
  const message = status === 504 ? 'Gateway timeout' : (STATUS_CODES[status] ?? 'Error');
  return jsonAnswer(status, { error_code: `${status}001`, message }, { ...resellerJson, ...headers });
}

const codeOfStatus = { 400: '1121', 401: '4116', 403: '4115', 404: '1116', 429: '4118', 500: '1124' } as const;

/** The answer documented for an error status: the API's own where it has one, else the gateway's. */
export function documentedResellerAnswer(status: number): Answer {
  return status in codeOfStatus
    ? resellerError(codeOfStatus[status as keyof typeof codeOfStatus])
    : gatewayError(status);
}

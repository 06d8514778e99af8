import { randomUUID } from 'node:crypto';
import { type Answer, jsonAnswer } from '../answer.ts';
import type { Api, Decision, Outcome } from '../api.ts';
import { type Call, decodeSegment, header, isMediaType } from '../call.ts';
import { credentials } from '../credentials.ts';
import type { CustomerRegister } from '../customers/customer-register.ts';
import type { AnsweredCalls } from './answered-calls.ts';
import { documentedResellerAnswer, gatewayError, resellerError, resellerJson } from './reseller-answers.ts';
import type { Tokens } from './tokens.ts';

const CUSTOMER_ID = /^[\p{L}\d-]{4,40}$/u;

/**
 * The reseller customers API and the gateway in front of it, stricter than the original wherever the documents leave room:
 * every header they require is demanded, and whatever was answered under a correlation id, an error too, is answered
 * again for ten days. A stored answer is given only to callers whose own headers are right. Source: upstreams 1.
 */
export function resellerApi(register: CustomerRegister, tokens: Tokens, calls: AnsweredCalls): Api {
  return {
    documented: documentedResellerAnswer,

    decide(call) {
      const customerId = /^\/v3\/customers(?:\/([^/]*))?$/.exec(call.path);
      const isPing = call.path === '/partnerservice/ping';
      if (!customerId && !isPing) return { source: 'unrouted', outcome: 'refused', answer: gatewayError(404) };
      if (call.method !== 'GET') {
        return { source: 'reseller', outcome: 'refused', answer: gatewayError(405, { Allow: 'GET' }) };
      }
      if (isPing) return ping(call);
      return withReplay(call, calls, tokens, () => readCustomer(customerId?.[1] ?? '', register));
    },
  };
}

function ping(call: Call): Decision {
  if (header(call, 'x-api-key') !== credentials.reseller.apiKey) {
    return { source: 'reseller', outcome: 'refused', answer: resellerError('4115') };
  }
  const answer = { status: 200, headers: { 'Content-Type': 'text/plain;charset=UTF-8' }, body: 'pong' };
  return { source: 'reseller', outcome: 'accepted', answer };
}

interface Reading {
  readonly outcome: Outcome;
  readonly answer: Answer;
}

/** Headers first, then the stored answer, then the request id, then the resource. A request id counts as used in any case but a replay. */
function withReplay(call: Call, calls: AnsweredCalls, tokens: Tokens, read: () => Reading): Decision {
  const correlationId = header(call, 'x-correlation-id');
  const requestId = header(call, 'x-request-id') ?? randomUUID();
  const refusal = refusalOf(call, tokens);
  const stored = correlationId !== undefined && !refusal ? calls.stored(correlationId) : undefined;
  if (stored) return { source: 'reseller', outcome: 'replayed', answer: stored };

  const isNew = calls.use(requestId);
  const { outcome, answer } = refusal
    ? ({ outcome: 'refused', answer: refusal } as const)
    : isNew
      ? read()
      : ({ outcome: 'duplicateRequestId', answer: resellerError('4120', 'X-Request-Id') } as const);
  return {
    source: 'reseller',
    outcome,
    answer: withIds(answer, requestId, correlationId),
    onAnswered: (given) => {
      if (correlationId !== undefined) calls.store(correlationId, given);
    },
  };
}

function refusalOf(call: Call, tokens: Tokens): Answer | undefined {
  if (header(call, 'x-api-key') !== credentials.reseller.apiKey) return resellerError('4115');
  const authorization = header(call, 'authorization');
  if (authorization === undefined) return resellerError('4117');
  const token = /^Bearer (\S+)$/.exec(authorization)?.[1];
  if (token === undefined || !tokens.accepts(token)) return resellerError('4116');
  if (!isMediaType(header(call, 'accept'), 'application/json')) return resellerError('1121', 'Accept');
  if (!isMediaType(header(call, 'content-type'), 'application/json')) return resellerError('1121', 'Content-Type');
  if (header(call, 'x-correlation-id') === undefined) return resellerError('4119', 'X-Correlation-Id');
  return undefined;
}

/** An empty id is another route: a list, which has no customerId of its own. */
function readCustomer(segment: string, register: CustomerRegister): Reading {
  if (segment === '') return { outcome: 'invalidId', answer: listAnswer(register) };
  const customerId = decodeSegment(segment);
  if (customerId === undefined || !CUSTOMER_ID.test(customerId)) {
    return { outcome: 'invalidId', answer: resellerError('1116') };
  }
  const body = register.resourceText(customerId);
  return { outcome: 'accepted', answer: body ? { status: 200, headers: resellerJson, body } : resellerError('1116') };
}

function listAnswer(register: CustomerRegister): Answer {
  const resources = register.list().map(({ resource }) => resource);
  const page = { totalCount: resources.length, count: Math.min(resources.length, 25), offset: 0, limit: 25 };
  return jsonAnswer(200, { ...page, customers: resources.slice(0, 25) }, resellerJson);
}

function withIds(answer: Answer, requestId: string, correlationId: string | undefined): Answer {
  const ids = {
    'X-Request-Id': requestId,
    ...(correlationId === undefined ? {} : { 'X-Correlation-Id': correlationId }),
  };
  return { ...answer, headers: { ...answer.headers, ...ids } };
}

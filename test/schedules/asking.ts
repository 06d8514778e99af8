import { ORGANISATION_IDS } from '../support/switchboard.ts';
import { type Answer } from './judge.ts';
import { CUSTOMERS, type Step } from './schedule.ts';
import { type Truth } from './truth.ts';

/** What is sent to a process. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const json = (body: unknown): Pick<Request, 'headers' | 'body'> => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export async function ask(url: string, truth: Truth, request: Request): Promise<Answer> {
  const { path, headers = {}, ...rest } = request;
  const organisation = ORGANISATION_IDS[truth.subject.of];
  const answer = await fetch(url + path, { ...rest, headers: { ...headers, organisation } });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

export function readRequest({ form, directive, customer }: Extract<Step, { kind: 'read' }>, truth: Truth): Request {
  const path = `/v1/customer-profiles/${truth.customerId}`;
  const headers: Record<string, string> = directive === '' ? {} : { 'cache-control': directive };
  const { lastAnswer } = truth;
  const get = (more: string): Request => ({ method: 'GET', path: path + more, headers });
  switch (form) {
    case 'stored':
      return get('');
    case 'again':
      if (lastAnswer) headers['if-none-match'] = lastAnswer.etag;
      return get('');
    case 'named':
      return get(`?billingCustomerId=${truth.billing[0]}`);
    case 'other':
      return get(`?billingCustomerId=${truth.billing[1]}`);
    case 'fields':
      return get('?fields=name,sources');
    case 'connectors':
      return get('/connectors');
    case 'one':
      return get('/connectors/stripe');
    case 'find':
      return { method: 'GET', path: `/v1/customer-profiles?billingCustomerId=${truth.billing[0]}` };
    case 'explanation':
      return get('/explanation?values=true');
    case 'batch': {
      const ids = CUSTOMERS.map((other) => truth.customerId.slice(0, -1) + String(other));
      const body = json({ customerIds: [...ids, ids[customer]] });
      return {
        method: 'POST',
        path: '/v1/customer-profiles/batch-get',
        body: body.body ?? '',
        headers: { ...headers, ...body.headers },
      };
    }
  }
}

export function forgetRequest({ source }: Extract<Step, { kind: 'forget' }>, { customerId }: Truth): Request {
  const query = source === '' ? '' : `?source=${source}`;
  return { method: 'DELETE', path: `/v1/customer-profiles/${customerId}/cache${query}` };
}

export function invalidateRequest({ level, mode }: Extract<Step, { kind: 'invalidate' }>, truth: Truth): Request {
  const what = {
    customer: { customerIds: [truth.customerId] },
    billing: { billingCustomerId: truth.billing[0] },
    source: { source: 'reseller' },
    organisation: { organisation: true },
  }[level];
  return { method: 'POST', path: '/v1/invalidations', ...json({ ...what, mode }) };
}

const ERASURES = '/v1/customer-erasures';

export const eraseRequest = ({ customerId }: Truth): Request => ({
  method: 'POST',
  path: ERASURES,
  ...json({ customerId }),
});

export const liftRequest = ({ customerId }: Truth): Request => ({
  method: 'DELETE',
  path: `${ERASURES}/${customerId}`,
});

export function linkRequest({ to, how }: Extract<Step, { kind: 'link' }>, { customerId, billing }: Truth): Request {
  const path = `/v1/customer-links/${customerId}`;
  if (how === 'if-none-match') return { method: 'DELETE', path, headers: { 'if-none-match': '*' } };
  if (to === null) return { method: 'DELETE', path };
  const body = { billingCustomerId: billing[to] };
  if (how === 'put') return { method: 'PUT', path, ...json(body) };
  const headers = { 'content-type': 'application/x-ndjson' };
  return {
    method: 'POST',
    path: '/v1/customer-links/import',
    headers,
    body: `${JSON.stringify({ customerId, ...body })}\n`,
  };
}

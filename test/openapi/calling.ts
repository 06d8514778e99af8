import { type Service } from '../support/service.ts';
import { type Described, type Parameter, type WireAnswer } from './contract.ts';

/** What a call has besides the least that the operation needs. */
export interface Call {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** In place of the operation's own. */
  readonly method?: string;
}

const LINK = '{"billingCustomerId":"3fa85f64-5717-4562-b3fc-2c963f66afa6"}';
const NEEDED: Readonly<Record<string, Call>> = {
  findCustomers: { query: { externalReferenceId: '342' } },
  batchGetCustomerProfiles: {
    body: '{"customerIds":["9876543210"]}',
    headers: { 'content-type': 'application/json' },
  },
  eraseCustomer: { body: '{"customerId":"9876543210"}', headers: { 'content-type': 'application/json' } },
  invalidate: { body: '{"customerIds":["9876543210"]}', headers: { 'content-type': 'application/json' } },
  putCustomerLink: { body: LINK, headers: { 'content-type': 'application/json' } },
  importCustomerLinks: {
    body: `${LINK.replace('{', '{"customerId":"9876543210",')}\n`,
    headers: { 'content-type': 'application/x-ndjson' },
  },
};

/** The target of a call. */
export function targetOf({ operationId, path }: Described, call: Call = {}): string {
  const inPath: Readonly<Record<string, string>> = { customerId: '9876543210', name: 'stripe', ...call.path };
  const query = new URLSearchParams(call.query ?? NEEDED[operationId]?.query ?? {}).toString();
  const target = path.replace(/\{(\w+)\}/g, (_whole, name: string) => encodeURIComponent(inPath[name] ?? ''));
  return query === '' ? target : `${target}?${query}`;
}

/** Makes the call over HTTP. */
export async function callOperation(service: Service, operation: Described, call: Call = {}): Promise<WireAnswer> {
  const needed = NEEDED[operation.operationId] ?? {};
  const body = call.body ?? (call.method === undefined ? needed.body : undefined);
  const answer = await fetch(service.url + targetOf(operation, call), {
    method: call.method ?? operation.method,
    headers: { ...(body === undefined ? {} : needed.headers), ...call.headers },
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() };
}

/** A call with this value of one parameter. */
export function callWith({ operationId }: Described, { name, in: place }: Parameter, value: string): Call {
  if (place === 'path') return { path: { [name]: value } };
  if (place === 'header') return { headers: { [name]: value } };
  const partner = { connector: { referenceId: 'cus_12345' }, referenceId: { connector: 'stripe' } }[name];
  return { query: operationId === 'findCustomers' ? { ...partner, [name]: value } : { [name]: value } };
}

import { type Answer, jsonAnswer } from './answer.ts';
import type { BillingList } from './billing/billing-api.ts';
import { type Call, decodeSegment } from './call.ts';
import { isConnectorName } from './connectors.ts';
import { checkCustomer } from './customers/customer-check.ts';
import type { CustomerRegister } from './customers/customer-register.ts';
import { faultSources } from './faults/fault.ts';
import type { Fault, Faults, FaultSource } from './faults/faults.ts';
import { InvalidInput, isObject } from './invalid-input.ts';
import type { Tokens } from './reseller/tokens.ts';
import type { Traffic } from './traffic.ts';

const PREFIX = '/_sandbox';

interface Controlled {
  readonly faults: Faults;
  readonly traffic: Traffic;
  readonly tokens: Tokens;
  readonly customers: CustomerRegister;
  readonly billingList: BillingList;
}

interface Route {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Below the prefix; a last segment in braces is the parameter. */
  readonly path: string;
  readonly about: string;
  /** @returns what to answer as JSON; undefined for a 204 */
  run(sandbox: Controlled, parameter: string, body: () => unknown): unknown;
}

const routes: readonly Route[] = [
  { method: 'GET', path: '/faults', about: 'the faults set now', run: ({ faults }) => faults.list() },
  {
    method: 'PUT',
    path: '/faults/{source}',
    about: `set a fault: ${faultSources.filter((source) => !isConnectorName(source)).join(', ')} or a connector`,
    run: ({ faults }, source, body) => {
      faults.set(source as FaultSource, body() as Fault);
    },
  },
  {
    method: 'DELETE',
    path: '/faults/{source}',
    about: 'clear one fault',
    run: ({ faults }, source) => {
      faults.clear(source as FaultSource);
    },
  },
  {
    method: 'DELETE',
    path: '/faults',
    about: 'clear every fault',
    run: ({ faults }) => {
      faults.clear();
    },
  },
  {
    method: 'GET',
    path: '/traffic',
    about: 'counts, and the newest 10,000 requests',
    run: ({ traffic }) => ({ ...traffic.counts, requests: traffic.requests }),
  },
  {
    method: 'DELETE',
    path: '/traffic',
    about: 'forget the traffic',
    run: ({ traffic }) => {
      traffic.reset();
    },
  },
  {
    method: 'POST',
    path: '/tokens/expire',
    about: 'refuse every token issued so far',
    run: ({ tokens }) => {
      tokens.expireAll();
    },
  },
  {
    method: 'GET',
    path: '/customers',
    about: 'the customers',
    run: ({ customers }) =>
      customers.list().map(({ slug, about, resource, billingCustomerId }) => {
        return { slug, about, customerId: resource.customerId, billingCustomerId };
      }),
  },
  {
    method: 'PUT',
    path: '/customers/{customerId}',
    about: 'add or replace a customer',
    run: ({ customers }, customerId, body) => {
      customers.put(checkCustomer(customerId, body()));
    },
  },
  {
    method: 'DELETE',
    path: '/customers',
    about: 'back to the built-in customers',
    run: ({ customers }) => {
      customers.reset();
    },
  },
  {
    method: 'PUT',
    path: '/billing-list',
    about: 'the key of the list of billing customers: {"key": "data" | "results"}',
    run: ({ billingList }, _, body) => {
      const value = body();
      const key = isObject(value) ? value.key : undefined;
      if (key !== 'data' && key !== 'results') throw new InvalidInput(['key must be data or results']);
      billingList.key = key;
    },
  },
];

/** Describes every control route. */
export const controlRoutes: readonly string[] = routes.map(({ method, path, about }) => {
  return `${method.padEnd(6)} ${PREFIX}${path}: ${about}`;
});

/** Answers a call below `/_sandbox`; undefined for any other. */
export function control(sandbox: Controlled, call: Call): Answer | undefined {
  if (call.path !== PREFIX && !call.path.startsWith(`${PREFIX}/`)) return undefined;
  const path = call.path.slice(PREFIX.length);
  const matching = routes.map((route) => ({ route, parameter: match(route.path, path) }));
  const found = matching.find(({ route, parameter }) => parameter !== undefined && route.method === call.method);
  if (!found) return jsonAnswer(404, { message: 'no such control route', routes: controlRoutes });
  try {
    const result = found.route.run(sandbox, found.parameter ?? '', () => parseJson(call.body));
    return result === undefined ? { status: 204, headers: {}, body: '' } : jsonAnswer(200, result);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return jsonAnswer(400, { message: error.message, problems: error.problems });
  }
}

/** @returns the parameter, '' for a route without one, undefined when the path is another */
function match(pattern: string, path: string): string | undefined {
  if (pattern === path) return '';
  const brace = pattern.indexOf('{');
  if (brace < 0 || !path.startsWith(pattern.slice(0, brace))) return undefined;
  const segment = path.slice(brace);
  return segment === '' || segment.includes('/') ? undefined : decodeSegment(segment);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidInput(['the body must be JSON']);
  }
}

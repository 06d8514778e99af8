import { InvalidInput, isObject } from '../invalid-input.ts';
import { isUuid } from '../uuid.ts';
import type { ConnectorOutcome, SandboxCustomer } from './customer.ts';

const OUTCOMES: Readonly<Record<ConnectorOutcome['outcome'], true>> = {
  linked: true,
  not_linked: true,
  integration_removed: true,
  general_failure: true,
  server_error: true,
};

const FIELDS: Readonly<Record<keyof SandboxCustomer, true>> = {
  slug: true,
  about: true,
  billingCustomerId: true,
  resource: true,
  connectors: true,
  billingCustomer: true,
  unknownToBilling: true,
};

/**
 * A customer from outside. Only `resource` is required, and within it `customerId` may be left to the path.
 * @throws InvalidInput naming every wrong field
 */
export function checkCustomer(customerId: string, value: unknown): SandboxCustomer {
  if (!isObject(value) || !isObject(value.resource)) {
    throw new InvalidInput(['a customer is a JSON object with a resource, the reseller customers API wire object']);
  }
  const made = { slug: customerId, about: '', billingCustomerId: null, connectors: {}, ...value };
  const resource = { customerId, ...value.resource };
  const problems = [
    ...Object.keys(value)
      .filter((name) => !Object.hasOwn(FIELDS, name))
      .map((name) => `${name} is not a field of a customer`),
    ...fieldProblems(made),
    ...(resource.customerId === customerId ? [] : ['resource.customerId must be the one in the path']),
  ];
  if (problems.length > 0) throw new InvalidInput(problems);
  return { ...made, resource };
}

function fieldProblems(fields: Readonly<Record<string, unknown>>): string[] {
  const { slug, about, billingCustomerId, connectors, billingCustomer, unknownToBilling } = fields;
  const problems: string[] = [];
  if (typeof slug !== 'string') problems.push('slug must be text');
  if (typeof about !== 'string') problems.push('about must be text');
  if (billingCustomerId !== null && !(typeof billingCustomerId === 'string' && isUuid(billingCustomerId))) {
    problems.push('billingCustomerId must be a UUID or null');
  }
  if (billingCustomer !== undefined && !isObject(billingCustomer)) problems.push('billingCustomer must be an object');
  if (unknownToBilling !== undefined && typeof unknownToBilling !== 'boolean') {
    problems.push('unknownToBilling must be true or false');
  }
  if (!isObject(connectors)) return [...problems, 'connectors must be an object'];
  const wrong = Object.keys(connectors).filter((name) => !isOutcome(connectors[name]));
  const expected = `must have an outcome (${Object.keys(OUTCOMES).join(', ')}), linked a customer_name`;
  return [...problems, ...wrong.map((name) => `connectors.${name} ${expected}`)];
}

function isOutcome(value: unknown): boolean {
  if (!isObject(value) || typeof value.outcome !== 'string' || !Object.hasOwn(OUTCOMES, value.outcome)) return false;
  return value.outcome !== 'linked' || typeof value.customer_name === 'string';
}

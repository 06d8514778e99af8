import { CONNECTOR_STATES } from '../billing-connectors/connector.ts';
import { CONNECTOR_NAMES, type ConnectorName } from '../config/connector-names.ts';
import { policyIssues } from '../config/merge-policy/policy-issues.ts';
import { isSource } from '../config/source-names.ts';
import { isObject, type JsonObject } from '../json/json.ts';
import { BILLING_STATES, RESELLER_STATES } from '../profile-merge/profile-parts.ts';
import { Contact, PostalAddress } from '../reseller-customers/reseller-account.schema.ts';
import { FAILURE_STATES } from '../upstream/upstream-error.ts';

/** The last instant that ISO 8601 writes with a year of four digits. */
const LAST_EPOCH_MS = 253_402_300_799_999;
const MAX_DEPTH = 32;

/** The issues of a bundle, each with its place and without a value. Empty: the bundle is valid. */
export function bundleIssues(content: unknown): readonly string[] {
  if (!isObject(content)) return ['must be an object with bundle, customerId, connectors, at and parts'];
  if (!isPlain(content, 0)) return [`must be at most ${MAX_DEPTH} deep, without __proto__`];
  const { bundle, customerId, connectors, at, policy, parts } = content;
  return [
    ...issue(bundle === 1, 'bundle must be 1'),
    ...issue(isText(customerId), 'customerId must be a text'),
    ...issue(
      isConnectorList(connectors),
      `connectors must be a list, without repeats, of: ${CONNECTOR_NAMES.join(', ')}`,
    ),
    ...issue(isInstant(at), 'at must be an instant, ISO 8601 with Z'),
    ...(policy === undefined ? [] : policyIssues(policy).map((text) => `policy: ${text}`)),
    ...partsIssues(parts),
  ];
}

function partsIssues(parts: unknown): string[] {
  if (!isObject(parts)) return ['parts must be an object, by source'];
  return Object.entries(parts).flatMap(([source, part]) => {
    if (!isSource(source)) return ['parts has an unknown source'];
    const at = `parts.${source}`;
    switch (source) {
      case 'reseller':
        return partIssues(part, at, RESELLER_STATES, customerIssues);
      case 'billing':
        return partIssues(part, at, BILLING_STATES, linkIssues);
      default:
        source satisfies ConnectorName;
        return partIssues(part, at, CONNECTOR_STATES, referenceIssues);
    }
  });
}

type ValueIssues = (value: JsonObject, at: string) => string[];

function partIssues(part: unknown, at: string, states: readonly string[], valueIssues: ValueIssues): string[] {
  if (!isObject(part)) return [`${at} must be an object`];
  const { state, value, failure } = part;
  const times = ['fetchedAt', 'checkedAt', 'changedAt', 'freshUntil', 'staleUntil'];
  return [
    ...issue(
      isOneOf(state, [...states, ...FAILURE_STATES]),
      `${at}.state must be one of ${states.join(', ')} or a failure`,
    ),
    ...times.flatMap((time) => timeIssues(part[time], `${at}.${time}`)),
    ...(failure === null ? [] : failureIssues(failure, `${at}.failure`)),
    ...(value === null
      ? []
      : isObject(value)
        ? valueIssues(value, `${at}.value`)
        : [`${at}.value must be an object or null`]),
  ];
}

function failureIssues(failure: unknown, at: string): string[] {
  if (!isObject(failure)) return [`${at} must be an object or null`];
  return [
    ...issue(isOneOf(failure.state, FAILURE_STATES), `${at}.state must be one of ${FAILURE_STATES.join(', ')}`),
    ...timeIssues(failure.at, `${at}.at`),
  ];
}

const customerIssues: ValueIssues = (value, at) => {
  const { address, account } = value;
  return [
    ...issue(isText(value.customerId), `${at}.customerId must be a text`),
    ...textIssues(value, ['companyName', 'phoneNumber'], at),
    ...(address === null
      ? []
      : isObject(address)
        ? textIssues(address, Object.keys(PostalAddress.properties), `${at}.address`)
        : [`${at}.address must be an object or null`]),
    ...(isObject(account) ? accountIssues(account, `${at}.account`) : [`${at}.account must be an object`]),
  ];
};

const accountIssues: ValueIssues = ({ externalReferenceId, contacts }, at) => [
  ...textIssues({ externalReferenceId }, ['externalReferenceId'], at),
  ...(Array.isArray(contacts) ? contacts : [null]).flatMap((contact: unknown, index) =>
    isObject(contact)
      ? textIssues(contact, Object.keys(Contact.properties), `${at}.contacts[${index}]`)
      : [`${at}.contacts must be a list of objects`],
  ),
];

const linkIssues: ValueIssues = ({ billingCustomerId, resolver, externalId = null }, at) => [
  ...issue(isText(billingCustomerId), `${at}.billingCustomerId must be a text`),
  ...issue(isText(resolver), `${at}.resolver must be a text`),
  ...textIssues({ externalId }, ['externalId'], at),
];

const referenceIssues: ValueIssues = (value, at) => textIssues(value, ['referenceId', 'customerName', 'email'], at);

function textIssues(object: JsonObject, names: readonly string[], at: string): string[] {
  return names.flatMap((name) =>
    issue(object[name] === null || isText(object[name]), `${at}.${name} must be a text or null`),
  );
}

function timeIssues(time: unknown, at: string): string[] {
  const isTime = Number.isSafeInteger(time) && Number(time) >= 0 && Number(time) <= LAST_EPOCH_MS;
  return issue(isTime, `${at} must be a time in epoch milliseconds`);
}

/** Not too deep to be printed again, and without a key that changes a prototype. */
function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= MAX_DEPTH || Object.hasOwn(value, '__proto__')) return false;
  return Object.values(value).every((item) => isPlain(item, depth + 1));
}

const issue = (holds: boolean, text: string): string[] => (holds ? [] : [text]);
const isText = (value: unknown): value is string => typeof value === 'string';
const isOneOf = (value: unknown, allowed: readonly string[]): boolean => isText(value) && allowed.includes(value);
const isConnectorList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((name) => isOneOf(name, CONNECTOR_NAMES)) && new Set(value).size === value.length;
const isInstant = (value: unknown): boolean =>
  isText(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/.test(value) && Number.isFinite(Date.parse(value));

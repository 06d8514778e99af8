import { type FastifyRequest } from 'fastify';
import { type Config } from '../../config/config.ts';
import { type ConnectorName } from '../../config/connector-names.ts';
import { isConnector, SOURCE_NAMES, type SourceName } from '../../config/source-names.ts';
import { BILLING_CUSTOMER_ID, CUSTOMER_ID } from '../../customer-ids/customer-ids.ts';
import { CustomerPath } from '../../customer-ids/customer-path.dto.ts';
import { type InputCheck } from '../../problems/input-check.ts';
import { FIELDS, fieldsIssue } from '../answers/profile-fields.ts';
import { CONNECTOR_REFERENCES, FULL_RECORD, oneConnector, projection } from '../answers/profile-views.ts';
import { neededSources } from './needed-sources.ts';
import {
  BillingCustomerQuery,
  CONNECTOR_LIST,
  ConnectorsQuery,
  ProfileQueryParameters,
  SOURCE_LIST,
} from './profile-query.dto.ts';
import { type ProfileQuery } from './profile-query.ts';

/** The members of a query that come from the URL alone. */
export type UrlQuery = Pick<ProfileQuery, 'customerId' | 'billingCustomerId' | 'sources' | 'required' | 'view'> & {
  readonly budgetMs: number;
};

/** Parses a URL, and reports its issues. */
export type ReadUrl = (
  request: Pick<FastifyRequest, 'params' | 'query'>,
  config: Config,
  check: InputCheck,
) => UrlQuery;

const PLAIN_URL = /^\/v1\/customer-profiles\/([\dA-Za-z-]+)(?:\?billingCustomerId=([\dA-Fa-f-]+))?$/;

/**
 * The customer and the billing customer of a URL that names nothing else, without class-validator: most reads are such, and of more
 * customers than a process remembers URLs.
 * @returns null for any other URL, and for one that `readProfileUrl` refuses
 */
export function readPlainUrl(url: string): Pick<UrlQuery, 'customerId' | 'billingCustomerId'> | null {
  const found = PLAIN_URL.exec(url);
  if (!found) return null;
  const [, customerId, billingCustomerId] = found as unknown as readonly [string, string, string?];
  if (!CUSTOMER_ID.test(customerId)) return null;
  if (billingCustomerId === undefined) return { customerId, billingCustomerId: null };
  return BILLING_CUSTOMER_ID.test(billingCustomerId)
    ? { customerId, billingCustomerId: billingCustomerId.toLowerCase() }
    : null;
}

export const readProfileUrl: ReadUrl = ({ params, query }, config, check) => {
  const { customerId } = check.values(CustomerPath, 'path', params);
  const sent = check.values(ProfileQueryParameters, 'query', query);
  const named = namedConnectors(sent.connectors, config, check);
  const fields = sent.fields?.split(',') ?? null;
  const issue = fields && FIELDS.test(fields.join()) ? fieldsIssue(fields) : null;
  if (issue !== null) check.report({ in: 'query', name: 'fields', detail: issue });
  const demanded = (sent.require?.split(',') ?? null) as SourceName[] | null;
  const needed = fields ? neededSources(fields, config.mergePolicy) : SOURCE_NAMES;
  // Named connectors are called, whatever the fields need.
  const isAsked = (source: SourceName): boolean =>
    isConnector(source) && sent.connectors !== undefined
      ? named.includes(source)
      : needed.includes(source) || demanded?.includes(source) === true;
  const sources = config.sources.filter(isAsked);
  const required = demanded ?? sources.filter((source) => source === 'reseller');
  // A malformed list already has its issue.
  if (demanded && SOURCE_LIST.test(demanded.join()) && !demanded.every((source) => sources.includes(source)))
    check.report({
      in: 'query',
      name: 'require',
      detail: 'must name only sources that this read calls; see connectors',
    });
  const isFullRecord = !fields && !sent.connectors && !sent.require && !sent.view;
  const view = isFullRecord ? FULL_RECORD : projection(fields, sent.view !== undefined);
  return { ...common(customerId, sent, config), sources, required, view };
};

/** Only the connector references: the reseller is not called. */
export const readConnectorsUrl: ReadUrl = ({ params, query }, config, check) => {
  const { customerId } = check.values(CustomerPath, 'path', params);
  const sent = check.values(ConnectorsQuery, 'query', query);
  const connectors = namedConnectors(sent.connectors, config, check);
  return {
    ...common(customerId, sent, config),
    sources: ['billing', ...connectors],
    required: [],
    view: CONNECTOR_REFERENCES,
  };
};

/** One connector's reference, without which there is no answer. */
export const readConnectorUrl: ReadUrl = ({ params, query }, config, check) => {
  const { name: sentName, ...path } = params as { name: string; customerId: string };
  const { customerId } = check.values(CustomerPath, 'path', path);
  const configured = config.billing.connectors;
  const name = configured.find((connector) => connector === sentName);
  if (!name) check.report({ in: 'path', name: 'name', detail: `must be one of: ${configured.join(', ')}` });
  const sent = check.values(BillingCustomerQuery, 'query', query);
  const connectors = name ? [name] : [];
  const view = oneConnector(name ?? 'stripe');
  return { ...common(customerId, sent, config), sources: ['billing', ...connectors], required: connectors, view };
};

function common(
  customerId: string,
  { billingCustomerId, budgetMs }: BillingCustomerQuery,
  { requestBudgetMs }: Config,
): Pick<UrlQuery, 'customerId' | 'billingCustomerId' | 'budgetMs'> {
  return {
    customerId,
    billingCustomerId: billingCustomerId?.toLowerCase() ?? null,
    budgetMs: Math.min(requestBudgetMs, Number(budgetMs ?? Infinity)),
  };
}

function namedConnectors(
  sent: string | undefined,
  { billing: { connectors: configured } }: Config,
  check: InputCheck,
): readonly ConnectorName[] {
  if (sent === undefined) return configured;
  const asked = sent.split(',');
  if (CONNECTOR_LIST.test(sent) && !asked.every((name) => configured.some((one) => one === name)))
    check.report({
      in: 'query',
      name: 'connectors',
      detail: `must name only configured connectors: ${configured.join(', ')}`,
    });
  return configured.filter((name) => asked.includes(name));
}

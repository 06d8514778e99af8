import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse } from '@nestjs/swagger';
import Type, { type TSchema } from 'typebox';
import { CONNECTOR_NAMES } from '../config/connector-names.ts';
import { SOURCE_NAMES } from '../config/source-names.ts';
import { ApiBillingCustomerId, ApiCustomerId } from '../customer-ids/customer-ids.openapi.ts';
import { enumeration, text } from '../openapi/json-schema.ts';
import { milliseconds, optionalHeader, optionalList, optionalQuery } from '../openapi/parameters.ts';
import { ApiOrganisationRoutes, ApiProblems } from '../problems/problem.openapi.ts';
import { FIELD_NAMES, MAX_FIELDS } from './answers/profile-fields.ts';
import { MAX_NAMES } from './request/profile-query.dto.ts';

interface Header {
  description: string;
  required: true;
  schema: object;
}
const header = (description: string, schema: TSchema = text): Header => ({ description, required: true, schema });

const cachingHeaders = {
  ETag: header('Weak, over the content and not over fetch times: it stays the same while the content does.'),
  Age: header('Seconds since the oldest part was fetched.', Type.Integer({ minimum: 0 })),
  'Cache-Control': header('private, with the seconds until the first part is due.'),
  'Cache-Status': header(
    'RFC 9211: hit, or why sources were asked (fwd=miss, partial, stale or request), with fwd-status, collapsed, ttl and detail.',
  ),
  'Profile-Complete': header('A structured boolean (RFC 9651).', enumeration(['?1', '?0'])),
};

const answer = (description: string, ...schemas: readonly string[]): MethodDecorator => {
  const references = schemas.map((schema) => ({ $ref: `#/components/schemas/${schema}` }));
  const [only, ...others] = references;
  const schema = only && others.length === 0 ? only : { anyOf: references };
  return applyDecorators(
    ApiResponse({ status: 200, description, headers: cachingHeaders, content: { 'application/json': { schema } } }),
    ApiResponse({
      status: 304,
      description: 'If-None-Match names what would be sent; the headers are those of 200.',
      headers: cachingHeaders,
    }),
    ApiProblems('not_cached'),
  );
};

/** The errors of a route that has required sources. */
const REQUIRED_SOURCES = ['source_failed', 'link_store_unavailable', 'source_timeout'] as const;

const REMAINING = 'The caller’s remaining time in milliseconds; the least of both headers, budgetMs and';

const CommonParameters = (): MethodDecorator =>
  applyDecorators(
    ApiBillingCustomerId('The customer at the billing platform: a link for this request only.'),
    optionalQuery(
      'budgetMs',
      'Longest time this request may take, in milliseconds; lowers REQUEST_BUDGET_MS.',
      milliseconds,
    ),
    optionalHeader('X-Request-Timeout-Ms', `${REMAINING} REQUEST_BUDGET_MS holds.`, milliseconds),
    optionalHeader('x-envoy-expected-rq-timeout-ms', 'As X-Request-Timeout-Ms; gateways set it.', milliseconds),
    optionalHeader(
      'Cache-Control',
      'RFC 9111: no-cache, max-age=N, min-fresh=N (ask the sources for what does not fit), max-stale[=N] (accept a stale response at once), only-if-cached (ask none). Anything else is ignored.',
      { ...text, examples: ['max-age=60'] },
    ),
    optionalHeader('If-None-Match', 'Entity tags the caller has; 304 if one fits.', {
      ...text,
      examples: ['W/"c22b5f9178342609"'],
    }),
  );

const ConnectorsParameter = (): MethodDecorator =>
  optionalList(
    'connectors',
    'Ask only these, also when fields needs others; one that is not configured here is refused.',
    enumeration(CONNECTOR_NAMES),
    MAX_NAMES,
    'stripe,xero',
  );

export const DescribeProfiles = (): ClassDecorator =>
  applyDecorators(ApiCustomerId(), ApiOrganisationRoutes('customer profiles', 'cache_unavailable'));

export const DescribeProfile = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'getCustomerProfile',
      summary: 'A customer as every system knows it',
      description:
        'The reseller’s view merged with the customer’s references in the billing connectors. A connector that fails makes the answer partial (complete: false, its source says why), never an error, unless it is required.',
    }),
    CommonParameters(),
    ConnectorsParameter(),
    optionalList(
      'require',
      'Sources that must give a definite answer, else the read fails; reseller when absent, if it is asked.',
      enumeration(SOURCE_NAMES),
      MAX_NAMES,
      'reseller,stripe',
    ),
    optionalList(
      'fields',
      'Answer only these fields, besides customerId and complete: the answer is a ProfileFields. Only the sources that can give them are asked.',
      enumeration(FIELD_NAMES),
      MAX_FIELDS,
      'name,connectors.stripe',
    ),
    optionalQuery(
      'view',
      'provenance: each merged field also says where its value is from and which rule chose it.',
      enumeration(['provenance']),
    ),
    answer('The profile, complete or partial; with fields, those fields of it.', 'Profile', 'ProfileFields'),
    ApiProblems('customer_not_found', 'customer_erased', ...REQUIRED_SOURCES),
  );

export const DescribeConnectors = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'getCustomerConnectors',
      summary: 'The connector references alone',
      description: 'The reseller customers API is not asked.',
    }),
    CommonParameters(),
    ConnectorsParameter(),
    answer('The references, complete or partial.', 'CustomerConnectors'),
    ApiProblems('customer_erased'),
  );

export const DescribeConnector = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'getCustomerConnector',
      summary: 'One connector’s reference, in the billing platform’s own schema',
      description:
        'Stands in for the billing platform’s own route: 400, 404, 422 and 500 mean what they mean there, and carry the platform’s error_code or status_code and its message beside the problem’s own members.',
    }),
    CommonParameters(),
    ApiParam({ name: 'name', description: 'The connector.', schema: enumeration(CONNECTOR_NAMES) }),
    answer('The reference.', 'ConnectorDetails'),
    ApiProblems(
      ...REQUIRED_SOURCES,
      'customer_erased',
      'connector_not_linked',
      'integration_removed',
      'billing_request_failed',
      'link_not_found',
      'billing_customer_not_found',
      'billing_customer_id_invalid',
      'billing_platform_failed',
    ),
  );

export const DescribeForget = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'forgetCustomerProfile',
      summary: 'Forget a customer’s cached profile, in every process',
      description: 'Fetches under way are not kept either. Links stay. With source, the parts of the others stay, too.',
    }),
    optionalQuery('source', 'Forget the parts of this source, and nothing else.', enumeration(SOURCE_NAMES)),
    ApiResponse({ status: 204, description: 'The parts of the source, or of all sources, are no longer cached.' }),
  );

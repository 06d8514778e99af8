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
  ETag: header('Weak: it changes with the content, and not with fetch times.'),
  Age: header('Seconds since the oldest part was fetched.', Type.Integer({ minimum: 0 })),
  'Cache-Control': header('private, with the seconds until the first part is due.'),
  'Cache-Status': header(
    'RFC 9211: hit, or why sources were called (fwd=miss, partial, stale or request), with fwd-status, collapsed, ttl and detail.',
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
      description: 'If-None-Match names the current answer. The headers are those of 200.',
      headers: cachingHeaders,
    }),
    ApiProblems('not_cached'),
  );
};

/** The errors of a route that has required sources. */
const REQUIRED_SOURCES = ['source_failed', 'link_store_unavailable', 'source_timeout'] as const;

const REMAINING =
  'The caller’s remaining time in milliseconds. The smallest value applies: of both headers, budgetMs and';

const CommonParameters = (): MethodDecorator =>
  applyDecorators(
    ApiBillingCustomerId('The customer at the billing platform: a link for this request only.'),
    optionalQuery(
      'budgetMs',
      'Longest time this request may take, in milliseconds; lowers REQUEST_BUDGET_MS.',
      milliseconds,
    ),
    optionalHeader('X-Request-Timeout-Ms', `${REMAINING} REQUEST_BUDGET_MS.`, milliseconds),
    optionalHeader('x-envoy-expected-rq-timeout-ms', 'As X-Request-Timeout-Ms; gateways set it.', milliseconds),
    optionalHeader(
      'Cache-Control',
      'RFC 9111: no-cache, max-age=N, min-fresh=N (call the sources whose parts do not satisfy it), max-stale[=N] (accept a stale response at once), only-if-cached (call no source). Other directives are ignored.',
      { ...text, examples: ['max-age=60'] },
    ),
    optionalHeader('If-None-Match', 'Entity tags of the caller’s copies; 304 if one matches.', {
      ...text,
      examples: ['W/"c22b5f9178342609"'],
    }),
  );

const ConnectorsParameter = (): MethodDecorator =>
  optionalList(
    'connectors',
    'Call only these connectors, even if fields needs others. All must be configured here.',
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
      summary: 'A customer’s profile from every system',
      description:
        'The reseller’s view merged with the customer’s references in the billing connectors. A failed connector makes the answer partial (complete: false; its source says why), and not an error, unless it is required.',
    }),
    CommonParameters(),
    ConnectorsParameter(),
    optionalList(
      'require',
      'Sources that must give a definite answer, or the read fails. Absent: reseller, if it is called.',
      enumeration(SOURCE_NAMES),
      MAX_NAMES,
      'reseller,stripe',
    ),
    optionalList(
      'fields',
      'Answer only these fields, customerId and complete: the answer is a ProfileFields. Only the sources that can provide them are called.',
      enumeration(FIELD_NAMES),
      MAX_FIELDS,
      'name,connectors.stripe',
    ),
    optionalQuery(
      'view',
      'provenance: each merged field also says where its value comes from and which rule chose it.',
      enumeration(['provenance']),
    ),
    answer('The profile, complete or partial; with fields, only those fields.', 'Profile', 'ProfileFields'),
    ApiProblems('customer_not_found', 'customer_erased', ...REQUIRED_SOURCES),
  );

export const DescribeConnectors = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'getCustomerConnectors',
      summary: 'Only the connector references',
      description: 'The reseller customers API is not called.',
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
        'Stands in for the billing platform’s own route: 400, 404, 422 and 500 have the same meaning as there, and carry the platform’s error_code or status_code and its message in addition to the problem’s own members.',
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
      description:
        'Results of fetches in progress are not cached either. Links stay. With source, the parts of other sources stay, too.',
    }),
    optionalQuery('source', 'Forget only the parts of this source.', enumeration(SOURCE_NAMES)),
    ApiResponse({ status: 204, description: 'The parts of the source, or of all sources, are no longer cached.' }),
  );

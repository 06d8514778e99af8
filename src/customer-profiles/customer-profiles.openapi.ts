import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse } from '@nestjs/swagger';
import { CONNECTOR_NAMES } from '../config/connector-names.ts';
import { enumeration } from '../openapi/json-schema.ts';
import { ApiCustomerId, optionalHeader, optionalQuery } from '../openapi/parameters.ts';
import { ApiOrganisationRoute, ApiProblems } from '../problems/problem.openapi.ts';

const parameter = (name: string, description: string, example: string): MethodDecorator =>
  optionalQuery(name, description, { type: 'string', examples: [example] });

const header = (
  description: string,
  type: 'string' | 'integer' = 'string',
): { description: string; schema: { type: 'string' | 'integer' } } => ({
  description,
  schema: { type },
});

const cachingHeaders = {
  ETag: header('Weak, over the content and not over fetch times: the same as long as nothing new could be learnt.'),
  Age: header('Seconds since the oldest part was fetched.', 'integer'),
  'Cache-Control': header('private, with the seconds until the first part is due.'),
  'Cache-Status': header(
    'RFC 9211: hit, or why sources were asked (fwd=miss, partial, stale or request), with fwd-status, collapsed, ttl and detail.',
  ),
  'Profile-Complete': header('?1 or ?0.'),
  'X-Request-Id': header('The caller’s, or a new one.'),
};

const answer = (schema: string, description: string): MethodDecorator =>
  applyDecorators(
    ApiResponse({
      status: 200,
      description,
      headers: cachingHeaders,
      content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } },
    }),
    ApiResponse({
      status: 304,
      description: 'If-None-Match names what would be sent; the headers are those of 200.',
      headers: cachingHeaders,
    }),
    ApiProblems('source_failed', 'source_unavailable', 'link_store_unavailable', 'source_timeout', 'not_cached'),
  );

const CommonParameters = (): MethodDecorator =>
  applyDecorators(
    parameter(
      'billingCustomerId',
      'The customer at the billing platform, a UUID: a link for this request only.',
      '3fa85f64-5717-4562-b3fc-2c963f66afa6',
    ),
    parameter('budgetMs', 'Longest time this request may take, in milliseconds; lowers REQUEST_BUDGET_MS.', '800'),
    optionalHeader('X-Request-Timeout-Ms', 'The caller’s remaining time; x-envoy-expected-rq-timeout-ms works too.'),
    optionalHeader(
      'Cache-Control',
      'RFC 9111: no-cache, max-age=N, min-fresh=N (ask the sources for what does not fit), max-stale[=N] (old is welcome at once), only-if-cached (ask none). Anything else is ignored.',
    ),
    optionalHeader('If-None-Match', 'Entity tags the caller has; 304 if one fits.'),
    optionalHeader('X-Request-Id', 'Echoed and logged; never sent upstream.'),
  );

const ConnectorsParameter = (): MethodDecorator =>
  parameter('connectors', `Ask only these, comma-separated: ${CONNECTOR_NAMES.join(', ')}.`, 'stripe,xero');

export const DescribeProfiles = (): ClassDecorator =>
  applyDecorators(ApiCustomerId(), ApiOrganisationRoute('customer profiles'));

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
    parameter(
      'require',
      'Sources that must give a definite answer, else the read fails; reseller when absent.',
      'reseller,stripe',
    ),
    parameter(
      'fields',
      'Answer only these fields, besides customerId and complete; connectors.stripe, account.status and address.city work too.',
      'name,connectors.stripe',
    ),
    parameter(
      'view',
      'provenance: each merged field also says where its value is from and which rule chose it.',
      'provenance',
    ),
    answer('Profile', 'The profile, complete or partial.'),
    ApiProblems('customer_not_found'),
  );

export const DescribeConnectors = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({ operationId: 'getCustomerConnectors', summary: 'The connector references alone' }),
    CommonParameters(),
    ConnectorsParameter(),
    answer('CustomerConnectors', 'The references, complete or partial. The reseller customers API is not asked.'),
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
    answer('ConnectorDetails', 'The reference.'),
    ApiProblems(
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
      description: 'Fetches under way are not kept either. Links stay.',
    }),
    ApiResponse({ status: 204, description: 'Nothing is cached of this customer now.' }),
    ApiProblems('cache_unavailable'),
  );

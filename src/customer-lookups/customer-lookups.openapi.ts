import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import Type from 'typebox';
import { CONNECTOR_NAMES } from '../config/connector-names.ts';
import { ApiBillingCustomerId } from '../customer-ids/customer-ids.openapi.ts';
import { enumeration } from '../openapi/json-schema.ts';
import { optionalQuery } from '../openapi/parameters.ts';
import { ApiOrganisationRoutes } from '../problems/problem.openapi.ts';
import { FoundCustomers } from './found-customers.schema.ts';

const reference = (example: string): Type.TString =>
  Type.String({ minLength: 1, maxLength: 255, pattern: '\\S', examples: [example] });

export const DescribeLookups = (): ClassDecorator => ApiOrganisationRoutes('customer profiles', 'lookup_unavailable');

export const DescribeLookup = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'findCustomers',
      summary: 'The customers known under another system’s id',
      description:
        'By exactly one of billingCustomerId, connector with referenceId, or externalReferenceId. The answer comes from stored links and cached profiles; no source is called. The link or the cached profile of each customer confirms it.',
    }),
    ApiBillingCustomerId('The customer at the billing platform.'),
    optionalQuery('connector', 'The connector whose reference it is; with referenceId.', enumeration(CONNECTOR_NAMES)),
    optionalQuery(
      'referenceId',
      'The customer’s id at that connector, in any spelling that the connector treats as equal.',
      reference('cus_12345'),
    ),
    optionalQuery('externalReferenceId', 'The marketplace’s own id of the customer; case counts.', reference('342')),
    ApiResponse({
      status: 200,
      description: 'The customers, possibly none, possibly several.',
      content: {
        'application/json': { schema: FoundCustomers, example: { customerIds: ['1005110002', '9876543210'] } },
      },
    }),
  );

import { applyDecorators } from '@nestjs/common';
import { ApiOperation, ApiResponse } from '@nestjs/swagger';
import Type from 'typebox';
import { SOURCE_NAMES } from '../config/source-names.ts';
import { customerId } from '../customer-ids/customer-ids.schema.ts';
import { enumeration } from '../openapi/json-schema.ts';
import { optionalHeader, optionalList, optionalQuery, pageLimit } from '../openapi/parameters.ts';
import { ApiOrganisationRoutes, ApiProblems } from '../problems/problem.openapi.ts';
import { type CustomerChanges } from './change.schema.ts';
import { CHANGE_TYPES } from './feed/change.ts';

const cursor = Type.String({ pattern: '^[\\w-]{20,60}$', examples: ['cWtab2pMZFZvUVB4LjQyLjNmYTg1ZjY0'] });

const example: CustomerChanges = {
  changes: [
    {
      id: 'cWtab2pMZFZvUVB4LjQyLjNmYTg1ZjY0',
      type: 'changed',
      customerId: '9876543210',
      billingCustomerId: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
      fields: ['name'],
      sources: ['reseller'],
      etag: 'W/"Yk3b0x1pQqv5m4jQ0cG0Zw"',
      at: '2026-11-27T09:30:00.000Z',
    },
  ],
  cursor: 'cWtab2pMZFZvUVB4LjQyLjNmYTg1ZjY0',
  caughtUp: true,
};

export const DescribeChangesRoutes = (): ClassDecorator => ApiOrganisationRoutes('changes', 'changes_unavailable');

export const DescribeChanges = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'getCustomerProfileChanges',
      summary: 'Changes since a cursor',
      description:
        'Events come in order, at least once, and without values of a profile: when one names a customer, read the customer again with `If-None-Match`. With `Accept: text/event-stream` they come as server-sent events: `change` with an event as below, `bookmark` with `cursor` and `caughtUp` every 15 s, and `gone` with the members of a 410. Each stream ends after some 5 minutes.',
    }),
    optionalQuery('cursor', 'Where to continue: a `cursor` or an `id` of an earlier answer.', cursor),
    optionalQuery('from', 'Where to begin without a cursor.', enumeration(['oldest', 'newest'])),
    optionalQuery(
      'waitSeconds',
      'How long an answer may wait for the first event. Ignored for a stream.',
      Type.Integer({ minimum: 0, maximum: 25, default: 0 }),
    ),
    optionalQuery('limit', 'Maximum number of events.', pageLimit),
    optionalList(
      'type',
      'Only events of these types.',
      enumeration(CHANGE_TYPES),
      CHANGE_TYPES.length,
      'changed,erased',
    ),
    optionalList(
      'source',
      'Only events of these sources, and those that concern every source.',
      enumeration(SOURCE_NAMES),
      SOURCE_NAMES.length,
      'reseller,stripe',
    ),
    optionalQuery('customerId', 'Only events of this customer, and those that concern every customer.', customerId),
    optionalHeader('Last-Event-ID', 'Where to continue; it takes precedence over `cursor`.', cursor),
    ApiResponse({
      status: 200,
      description: 'The events.',
      headers: { Vary: { $ref: '#/components/headers/Vary' } },
      content: {
        'application/json': { schema: { $ref: '#/components/schemas/CustomerChanges' }, example },
        'text/event-stream': { schema: { ...Type.String() } },
      },
    }),
    ApiProblems('changes_gone'),
  );

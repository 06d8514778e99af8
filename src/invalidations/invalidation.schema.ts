import Type from 'typebox';
import { SOURCE_NAMES } from '../config/source-names.ts';
import { billingCustomerId, customerId } from '../customer-ids/customer-ids.schema.ts';
import { enumeration, object, type ReadonlyStatic } from '../openapi/json-schema.ts';
import { INVALIDATION_MODES } from '../profile-cache/wide/wide-numbers.ts';
import { MAX_CUSTOMERS } from './invalidation-request.pipe.ts';

const mode = enumeration(INVALIDATION_MODES, {
  description:
    'refetch: cached parts are removed. stale: they are served until their refresh has succeeded. By default refetch for customers and a billing customer, stale for a source and the organisation.',
});

/** The body of a request: exactly one target. */
export const InvalidationBody = Type.Union([
  object({
    customerIds: Type.Array(customerId, { minItems: 1, maxItems: MAX_CUSTOMERS, examples: [['9876543210']] }),
    mode: Type.Optional(mode),
  }),
  object({
    billingCustomerId,
    mode: Type.Optional(mode),
  }),
  object({ source: enumeration(SOURCE_NAMES), mode: Type.Optional(mode) }),
  object({ organisation: Type.Literal(true), mode: Type.Optional(mode) }),
]);

/** The answer to an invalidation. */
export const InvalidationAnswer = object({
  invalidations: Type.Integer({
    minimum: 1,
    description: 'The number of invalidations made: one for each customer, or one in all.',
  }),
  mode,
});
export type InvalidationAnswer = ReadonlyStatic<typeof InvalidationAnswer>;

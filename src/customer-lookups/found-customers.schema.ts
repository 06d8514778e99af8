import Type from 'typebox';
import { array, object, type ReadonlyStatic, text } from '../openapi/json-schema.ts';

/** The customers known under another system's id. */
export const FoundCustomers = object({
  customerIds: array(text, 'In order; empty: none is known, which is no proof that there is none.'),
  more: Type.Optional(
    Type.Literal(true, {
      description: 'There may be more than these: their number is bounded, or a stored link cannot be read.',
    }),
  ),
});
export type FoundCustomers = ReadonlyStatic<typeof FoundCustomers>;

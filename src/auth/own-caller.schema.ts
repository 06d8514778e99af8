import { RIGHTS } from '../config/callers/rights.ts';
import { array, enumeration, object, type ReadonlyStatic, text, uuid } from '../openapi/json-schema.ts';

/** The caller whose credentials a request has, and its rights. */
export const OwnCaller = object({
  name: { ...text, description: 'The name in logs, audit lines and link histories; anonymous when AUTH_MODE is none.' },
  organisations: array(
    uuid,
    'The organisations that the caller may name in the organisation header; with only one, the header is not needed.',
  ),
  rights: array(enumeration(RIGHTS), 'What the caller may do.'),
});
export type OwnCaller = ReadonlyStatic<typeof OwnCaller>;

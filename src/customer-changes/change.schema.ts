import Type from 'typebox';
import { SOURCE_NAMES } from '../config/source-names.ts';
import {
  array,
  enumeration,
  flag,
  instant,
  maybeText,
  object,
  orNull,
  type ReadonlyStatic,
  text,
} from '../openapi/json-schema.ts';
import { CHANGE_TYPES, CHANGED_FIELDS } from './feed/change.ts';

/** One event. It holds no value of a profile. */
const CustomerChange = object({
  id: { ...text, description: 'The cursor after this event.' },
  type: enumeration(CHANGE_TYPES),
  customerId: { ...maybeText, description: 'null for `policy_changed`: every customer.' },
  billingCustomerId: {
    ...orNull(Type.String({ format: 'uuid' })),
    description: 'Of the profile, or of the stored link; null when there is none.',
  },
  fields: array(enumeration(CHANGED_FIELDS), 'The members of the profile that differ.'),
  sources: array(enumeration(SOURCE_NAMES), 'The sources whose contribution differs.'),
  etag: {
    ...maybeText,
    description: 'The entity tag of the profile by the stored link; null when the event names none.',
  },
  at: instant,
});
export type CustomerChange = ReadonlyStatic<typeof CustomerChange>;

/** Events after a cursor. */
export const CustomerChanges = object({
  changes: array(CustomerChange),
  cursor: { ...text, description: 'Where to continue. It advances even when no event passes the filters.' },
  caughtUp: { ...flag, description: 'false: there are more events; ask again at once.' },
});
export type CustomerChanges = ReadonlyStatic<typeof CustomerChanges>;

import { NO_SUCH_VALUE, RETURNS_UNDEFINED, SAVES_TIME, type Survivors } from './survivor.ts';

const ANY_TEXT = '"Stryker was here!"';

/** Of what reads values in Redis, and files of configuration. */
export const STORED_VALUES: Survivors = {
  'src/profile-cache/cache-keys.ts': [{ code: "''", mutant: ANY_TEXT, reason: NO_SUCH_VALUE }],
  'src/profile-cache/part.ts': [
    { code: 'seen > otherSeen', mutant: 'seen >= otherSeen', reason: 'They differ there.' },
    {
      code: 'one.fetchedAt > other.fetchedAt',
      mutant: 'one.fetchedAt >= other.fetchedAt',
      reason: 'They differ there.',
    },
  ],
  'src/profile-cache/customer-hash/field-codec.ts': [
    { code: 'lineEnd < 0', mutant: 'lineEnd <= 0', reason: 'No field is written with an empty first line.' },
    {
      code: 'rest.length < SUM_BYTES',
      mutant: 'rest.length <= SUM_BYTES',
      reason: 'Content of no bytes is no JSON.',
    },
    { code: '{ return undefined; }', mutant: '{}', reason: RETURNS_UNDEFINED },
  ],
  'src/profile-sweep/sweep-position.ts': [{ code: "''", mutant: ANY_TEXT, reason: 'Neither text is JSON.' }],
  'src/redis/cipher.ts': [
    { code: '{ authTagLength: TAG_BYTES }', mutant: '{}', reason: 'A tag has sixteen bytes by default.' },
  ],
  'src/config/callers/caller-entry.ts': [
    { code: '[]', mutant: '["Stryker was here"]', reason: 'A text in the place of a key has no digest.' },
    { code: 'digest.toLowerCase()', mutant: 'digest.toUpperCase()', reason: 'In capitals all are compared alike.' },
    {
      code: String.raw`/^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/`,
      mutant: String.raw`/^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/`,
      reason: 'Date.parse refuses what follows an instant.',
    },
    { code: 'day !== undefined', mutant: 'true', reason: 'A missing day is no calendar day, either.' },
  ],
  'src/config/callers/callers.ts': [
    { code: "''", mutant: ANY_TEXT, reason: NO_SUCH_VALUE },
    { code: '[]', mutant: '["Stryker was here"]', reason: 'Without keys there is a keySha256, which replaces them.' },
  ],
  'src/config/callers/caller-limits.ts': [
    { code: '[]', mutant: '["Stryker was here"]', reason: 'No caller is bound to an organisation by that name.' },
    {
      code: 'Math.max(0, ...most) + everywhere > 1 + 1e-9',
      mutant: 'Math.max(0, ...most) + everywhere >= 1 + 1e-9',
      reason: 'Whether a sum of just the rounding error counts decides nothing.',
    },
  ],
  'src/config/signing-key-list.ts': [{ code: 'pair?.[1]', mutant: 'pair[1]', reason: NO_SUCH_VALUE }],
  'src/config/merge-policy/policy-issues.ts': [
    { code: '{ extractHostname: false }', mutant: '{}', reason: SAVES_TIME },
    { code: 'false', mutant: 'true', reason: SAVES_TIME },
  ],
  'src/explanations/bundle-issues.ts': [
    {
      code: String.raw`/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/`,
      mutant: String.raw`/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z/`,
      reason: 'Date.parse refuses what follows an instant.',
    },
  ],
};

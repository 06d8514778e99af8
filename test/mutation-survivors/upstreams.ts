import { type Survivors } from './survivor.ts';

const ANY_TEXT = '"Stryker was here!"';
const ONE_TEXT = 'Node gives such a header as one text, or not at all.';

/** Of what reads answers of upstreams. */
export const UPSTREAMS: Survivors = {
  'src/reseller-customers/dates.ts': [
    { code: "''", mutant: ANY_TEXT, reason: 'Neither text is a date.' },
    { code: "'Z'", mutant: '""', reason: 'The tests run in UTC; test/system/time-zone.test.ts runs elsewhere.' },
    {
      code: 'zone.toUpperCase()',
      mutant: 'zone.toLowerCase()',
      reason: 'V8 reads a small z, too, which its standard does not promise.',
    },
  ],
  'src/billing-connectors/customer-list.wire.ts': [{ code: "''", mutant: ANY_TEXT, reason: 'Neither text is a UUID.' }],
  'src/upstream/retry-after.ts': [{ code: "''", mutant: ANY_TEXT, reason: 'Neither text is a year.' }],
  'src/upstream/drift/find-drift.ts': [
    {
      code: "typeof documented === 'object' && 'fields' in documented",
      mutant: 'true',
      reason: 'Nothing but an object needs a field.',
    },
  ],
  'src/upstream/outcome.ts': [
    { code: 'status < 300', mutant: 'status <= 300', reason: 'A redirect has been refused before.' },
    { code: "typeof contentType === 'string'", mutant: 'true', reason: ONE_TEXT },
    { code: "typeof value === 'string'", mutant: 'true', reason: ONE_TEXT },
  ],
};

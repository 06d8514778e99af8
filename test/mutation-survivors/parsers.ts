import { NO_SUCH_VALUE, RETURNS_UNDEFINED, SAVES_TIME, type Survivors } from './survivor.ts';

const ANY_TEXT = '"Stryker was here!"';
const BILLING_CUSTOMER_ID = String.raw`/^(?!0{8}-(?:0{4}-){3}0{12}$)(?![Ff]{8}-(?:[Ff]{4}-){3}[Ff]{12}$)[\dA-Fa-f]{8}(?:-[\dA-Fa-f]{4}){3}-[\dA-Fa-f]{12}$/`;

const NAMES_A_RULE = 'No issue has the name of a rule.';

/** Of what parses texts and JSON from callers. */
export const PARSERS: Survivors = {
  'src/json/exact-number.ts': [{ code: "'0'", mutant: '""', reason: 'Any text may stand for zero.' }],
  'src/json/inexact-numbers.ts': [
    {
      code: 'string.start < match.index',
      mutant: 'string.start <= match.index',
      reason: 'No match begins at a quote.',
    },
    {
      code: '{ start: Infinity, end: Infinity }',
      mutant: '{}',
      reason: 'Without a string every comparison with its ends is false, too.',
    },
    {
      code: String.raw`/([:,[]\s*)(-?(?=\d[\d.]{15}|[\d.]+e|0\.0{6})[\d.]+(?:e[+-]?\d+)?)/gi`,
      mutant: String.raw`/([:,[]\s*)(-?(?=\d[\d.]|[\d.]+e|0\.0{6})[\d.]+(?:e[+-]?\d+)?)/gi`,
      reason: SAVES_TIME,
    },
    {
      code: String.raw`/([:,[]\s*)(-?(?=\d[\d.]{15}|[\d.]+e|0\.0{6})[\d.]+(?:e[+-]?\d+)?)/gi`,
      mutant: String.raw`/([:,[]\s*)(-?(?=\d[\d.]{15}|[\d.]+e|0\.0)[\d.]+(?:e[+-]?\d+)?)/gi`,
      reason: SAVES_TIME,
    },
  ],
  'src/json/json.ts': [
    {
      code: "{ return undefined; // The error's message would quote the body. }",
      mutant: '{}',
      reason: RETURNS_UNDEFINED,
    },
  ],
  'src/customer-links/bulk/import-lines.ts': [
    { code: 'start < file.length', mutant: 'true', reason: SAVES_TIME },
    { code: 'start < file.length', mutant: 'start <= file.length', reason: SAVES_TIME },
    {
      code: "{ return undefined; // The error's message would quote the line. }",
      mutant: '{}',
      reason: RETURNS_UNDEFINED,
    },
  ],
  'src/customer-ids/customer-ids.ts': ['0{12}', '[Ff]{12}'].map((end) => ({
    code: BILLING_CUSTOMER_ID,
    mutant: BILLING_CUSTOMER_ID.replace(`${end}$)`, () => `${end})`),
    reason: 'The rest of the pattern allows nothing behind it.',
  })),
  'src/customer-lookups/comparable-id.ts': [
    {
      code: '(BARE.exec(id) ?? BRACED.exec(id) ?? URN.exec(id))?.[1]?.replaceAll',
      mutant: '(BARE.exec(id) ?? BRACED.exec(id) ?? URN.exec(id))?.[1].replaceAll',
      reason: NO_SUCH_VALUE,
    },
  ],
  'src/customer-lookups/salesforce-id.ts': [
    {
      code: String.raw`/^[\da-z]{15}[A-Z0-5]{3}$/i`,
      mutant: String.raw`/^[\da-z]{15}[A-Z0-5]{3}/i`,
      reason: 'More than three characters are never those of the fifteen.',
    },
  ],
  'src/customer-profiles/answers/profile-fields.ts': [
    { code: "typeof value !== 'object'", mutant: 'false', reason: 'A field that has inner fields is no text.' },
  ],
  'src/customer-profiles/request/needed-sources.ts': [{ code: "''", mutant: ANY_TEXT, reason: NO_SUCH_VALUE }],
  'src/customer-profiles/request/profile-url.ts': [
    { code: "'stripe'", mutant: '""', reason: 'A name that is refused is never shown.' },
  ],
  'src/customer-changes/changes.dto.ts': ["'isNameList'", "'isChangeCursor'"].map((code) => ({
    code,
    mutant: '""',
    reason: NAMES_A_RULE,
  })),
  'src/customer-links/bulk/bulk-links.dto.ts': [{ code: "'isLinkCursor'", mutant: '""', reason: NAMES_A_RULE }],
};

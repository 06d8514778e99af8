import { NO_SUCH_VALUE, SAVES_TIME, type Survivors } from './survivor.ts';

export const PROFILE_MERGE: Survivors = {
  'src/profile-merge/field-choice.ts': [{ code: 'value !== shown', mutant: 'true', reason: SAVES_TIME }],
  'src/profile-merge/merge.ts': [
    { code: 'part?.value', mutant: 'part.value', reason: NO_SUCH_VALUE },
    { code: 'part?.ambiguous', mutant: 'part.ambiguous', reason: NO_SUCH_VALUE },
  ],
  'src/profile-merge/matching/email-address.ts': [
    { code: 'one === other', mutant: 'false', reason: SAVES_TIME },
    { code: '/[@＠﹫]/', mutant: '/[^@＠﹫]/', reason: SAVES_TIME },
    { code: 'PRINTABLE_ASCII.test(text)', mutant: 'false', reason: SAVES_TIME },
    { code: String.raw`/^[\x20-\x7e]*$/`, mutant: String.raw`/^[\x20-\x7e]$/`, reason: SAVES_TIME },
    {
      code: String.raw`/([\u200c\u200d]+)/u`,
      mutant: String.raw`/([\u200c\u200d])/u`,
      reason: 'Joiners one by one, with nothing between them, are kept like those in a row.',
    },
    {
      code: String.raw`/(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f\u200c\u200d])/gu`,
      mutant: String.raw`/(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d](?![^\x00-\x7f\u200c\u200d])/gu`,
      reason: 'Each joiner of a row at the end of a word is then removed by itself.',
    },
    {
      code: String.raw`/[\s\p{Cc}]+/gu`,
      mutant: String.raw`/[\s\p{Cc}]/gu`,
      reason: 'Several spaces divide words as one does.',
    },
    { code: "', '", mutant: '""', reason: 'No two lists of addresses have the same text without commas.' },
  ],
  'src/profile-merge/matching/legal-forms.ts': [
    { code: 'name.slice(-8)', mutant: 'name', reason: SAVES_TIME },
    {
      code: "lastWord.length > 1 && !lastWord.includes('.') && !lastWords.has(lastWord)",
      mutant: 'false',
      reason: SAVES_TIME,
    },
    { code: "'.'", mutant: '""', reason: SAVES_TIME },
    { code: "' '", mutant: '""', reason: SAVES_TIME },
    { code: 'name.slice(-MAX_LENGTH)', mutant: 'name', reason: SAVES_TIME },
    {
      code: 'Math.min(MAX_WORDS, words.length - 1)',
      mutant: 'Math.max(MAX_WORDS, words.length - 1)',
      reason: SAVES_TIME,
    },
    { code: 'words.length - 1', mutant: 'words.length + 1', reason: SAVES_TIME },
    { code: 'count > 0', mutant: 'count >= 0', reason: SAVES_TIME },
    { code: 'before.slice(-MAX_LENGTH)', mutant: 'before', reason: SAVES_TIME },
    { code: '/[ .]/', mutant: '/[^ .]/', reason: SAVES_TIME },
  ],
  'src/profile-merge/matching/email-domains.ts': [
    { code: 'false', mutant: 'true', reason: SAVES_TIME },
    { code: '{ extractHostname: false }', mutant: '{}', reason: SAVES_TIME },
    { code: 'one === other', mutant: 'false', reason: SAVES_TIME },
    {
      code: String.raw`/^(.+?)(?:\.invalid)+$/`,
      mutant: String.raw`/(.+?)(?:\.invalid)+$/`,
      reason: 'Any character may come first, so that the match begins at the start in any case.',
    },
    {
      code: String.raw`/^(.+\.(?:com|net|org|[a-z]{2}))\.example$/`,
      mutant: String.raw`/(.+\.(?:com|net|org|[a-z]{2}))\.example$/`,
      reason: 'Any character may come first, so that the match begins at the start in any case.',
    },
  ],
  'src/profile-merge/matching/normalise.ts': [
    { code: '!/\\p{Script=Greek}/u.test(text)', mutant: 'false', reason: SAVES_TIME },
  ],
  'src/profile-merge/matching/shared-domains/shared-domains.ts': [
    { code: 'false', mutant: 'true', reason: SAVES_TIME },
    { code: '{ extractHostname: false }', mutant: '{}', reason: SAVES_TIME },
    { code: 'name !== null', mutant: 'true', reason: 'No list has null in it, which only the type asks about.' },
  ],
  'src/profile-merge/matching/partner-code.ts': [
    {
      code: 'opening === undefined',
      mutant: 'false',
      reason: 'Only a name with the word "undefined" and a code after it would show it.',
    },
  ],
};

import { describe, expect, it } from '@jest/globals';
import {
  type CustomerChange,
  type DependencyReport,
  type ProblemDocument,
  ProfileProblem,
} from '../../client/src/index.ts';
import { addressOf, fragmentOf } from '../../console/src/reading/address.ts';
import { failureOf } from '../../console/src/reading/failure.ts';
import { guessesOf } from '../../console/src/reading/guesses.ts';
import { type Explanation, type Part } from '../../console/src/reading/view.ts';
import { changeInWords } from '../../console/src/words/changes.ts';
import { curlOf } from '../../console/src/words/curl.ts';
import { differingPart, visible, visiblePieces, whyEqual } from '../../console/src/words/differences.ts';
import { rowsOf } from '../../console/src/words/field-rows.ts';
import { identityOf } from '../../console/src/words/identity.ts';
import { askedAgain, reasonOf, standingOf } from '../../console/src/words/states.ts';
import { duration } from '../../console/src/words/times.ts';
import { troublesOf } from '../../console/src/words/troubles.ts';
import { visibleJson } from '../../console/src/words/visible-json.ts';

const NOW = Date.parse('2026-11-27T14:10:00Z');
const UUID = '3fa85f64-5717-4562-b3fc-2c963f66afa6';

const answered = (source: Part['source'], value: unknown = null): Part => ({
  ...{
    source,
    state: source === 'reseller' ? 'ok' : 'linked',
    value,
    failure: null,
    breaker: null,
    lastAnswerAt: null,
  },
  ...{ fetchedAt: '2026-11-27T14:09:00Z', checkedAt: '2026-11-27T14:09:00Z', changedAt: '2026-11-27T14:09:00Z' },
  ...{ ageSeconds: 60, freshForSeconds: 240, usableForSeconds: 86_340, refresh: { asked: false, why: 'fresh' } },
});
const failed = (state: string, breaker: Part['breaker'], lastAnswerAt: string | null, hasAnswer = false): Part => ({
  ...answered('stripe'),
  ...(hasAnswer ? {} : { state, fetchedAt: null, ageSeconds: null }),
  ...{ breaker, lastAnswerAt },
  failure: {
    state,
    status: 500,
    reason: 'status 500',
    at: '2026-11-27T14:09:30Z',
    since: '2026-11-27T14:09:00Z',
    attempts: 3,
    retryInSeconds: 8,
  },
  refresh: { asked: false, why: 'failed_recently' },
});

describe('what is typed', () => {
  it.each([
    ['9876543210', [{ kind: 'customer', id: '9876543210' }, { kind: 'external', id: '9876543210' }]],
    [` ${UUID.toUpperCase()} `, [{ kind: 'billing', id: UUID }]],
    [`xero:${UUID}`, [{ kind: 'connector', connector: 'xero', id: UUID }]],
    ['Stripe : cus_1', [{ kind: 'connector', connector: 'stripe', id: 'cus_1' }]],
    ['cus_1', [{ kind: 'connector', connector: 'stripe', id: 'cus_1' }]],
    ['external:9876543210', [{ kind: 'external', id: '9876543210' }]],
    ['nobody:1', [{ kind: 'external', id: 'nobody:1' }]],
    ['342', [{ kind: 'external', id: '342' }]],
    ['  ', []],
  ])('%j is looked for where it may be an id', (text, guesses) => {
    expect(guessesOf(text)).toEqual(guesses);
  }); // prettier-ignore

  it.each(['9876543210', 'Кедр-4471', 'a/b?c#d%', '<script>'])('%s comes back from the address of the page', (text) => {
    expect(addressOf(fragmentOf({ kind: 'find', text }))).toEqual({ kind: 'find', text });
    const subject = { kind: 'customer', customerId: text, billingCustomerId: UUID } as const;
    expect(addressOf(fragmentOf(subject))).toEqual(subject);
  });

  it.each(['', '#', '#/', '#/elsewhere/x', '#/customers/'])('%j is where the page begins', (fragment) => {
    expect(addressOf(fragment)).toEqual({ kind: 'home' });
  });
});

describe('a source', () => {
  it('that answered says so, and when it is asked again', () => {
    expect(standingOf(answered('stripe'))).toEqual({ standing: 'good', word: 'Linked' });
    expect(reasonOf(answered('stripe'), NOW)).toEqual([]);
    expect(askedAgain(answered('stripe'), 60)).toBe('asked again in 3 min');
    expect(askedAgain(answered('stripe'), 240)).toBe('asked again at the next read');
  });

  it.each([
    ['upstream_error', 'closed', '2026-11-27T14:09:01Z', /^It fails for this customer only: it has answered for others since, at \d\d:09\.$/],
    ['upstream_error', 'closed', '2026-11-27T14:02:00Z', /^Whether it fails for others is not known: this process had its last answer from it at \d\d:02\.$/],
    ['timeout', null, null, /^It may fail for everybody: this process has had no answer from it\.$/],
    ['upstream_error', 'open', '2026-11-27T14:09:01Z', /^It fails for everybody\.$/],
    ['unauthorised', 'closed', null, /^It fails for everybody\.$/],
    ['skipped_budget', 'closed', null, /^That concerns this request alone\.$/],
  ] as const)('in state %s, its breaker %s, with an answer at %s, says for whom it fails', (state, breaker, lastAnswerAt, sentence) => {
    expect(reasonOf(failed(state, breaker, lastAnswerAt), NOW)[1]).toMatch(sentence);
    expect(standingOf(failed(state, breaker, lastAnswerAt)).standing).toBe('failed');
  }); // prettier-ignore

  it('whose old answer stands in says how old that is', () => {
    const part = failed('upstream_error', 'closed', null, true);
    expect(standingOf(part)).toEqual({ standing: 'old', word: 'Linked, old' });
    expect(reasonOf(part, NOW)[0]).toMatch(
      /^At \d\d:09 Stripe answered with an error, the last of 3 failed attempts since \d\d:09 \(status 500\)\.$/,
    );
    expect(reasonOf(part, NOW)[2]).toBe('Its answer of 1 min ago stands in.');
  });
});

describe('two values', () => {
  it.each([
    ['mickey@mouse.com', 'billing@acme.com', ['', 'billing@acme', '.com', 'mickey@mouse']],
    ['Fairmont Inc.', 'Fairmont GmbH', ['Fairmont ', 'GmbH', '', 'Inc.']],
    ['Nordwind (HRB 10412)', 'Nordwind (HRB 10413)', ['Nordwind (HRB 1041', '3', ')', '2']],
    ['Fairmont Hotels', 'Fairmont', ['Fairmont', '', '', ' Hotels']],
    ['Müller', 'Mu\u0308ller', ['M', 'u\u0308', 'ller', 'ü']],
  ])('%s and %s differ in a part', (winner, value, [before, differing, after, inPlaceOf]) => {
    expect(differingPart(winner, value)).toEqual({ before, differing, after, inPlaceOf });
  });

  it.each([
    ['Fairmont', 'FAIRMONT', 'Only upper and lower case differ, which makes no difference.'],
    ['Fair mont', 'Fairmont', 'Only spacing differs, which makes no difference.'],
    ['Fairmont', 'Fair\u200Bmont', 'Only characters that cannot be seen, or Unicode forms, differ, which makes no difference.'],
    ['Fairmont, Inc.', 'Fairmont Inc', 'Only punctuation differs, which makes no difference.'],
    ['Marlowe (AGR-1234)', 'Marlowe', 'One of them has a code in brackets, which makes no difference.'],
    ['Fairmont Ltd', 'Fairmont Limited', 'A legal form that one of them lacks, a code in brackets, “&” and quotes make no difference in a name.'],
  ])('%s and %s count as equal for a reason', (one, other, reason) => {
    expect(whyEqual('name', one, other)).toBe(reason);
  }); // prettier-ignore
});

it('what cannot be seen has its code, unless the script needs it', () => {
  expect(visiblePieces('a\u202Eb')).toEqual([
    { text: 'a', isCode: false },
    { text: 'U+202E', isCode: true },
    { text: 'b', isCode: false },
  ]);
  for (const text of ['می\u200Cخواهم', '❤\uFE0F', '1\uFE0F\u20E3', '👩\u200D❤\uFE0F\u200D👨', 'two\nlines'])
    expect(visiblePieces(text).every(({ isCode }) => !isCode)).toBe(true);
  for (const character of ['\u3164', '\u034F', '\u00AD', '\u115F', '\u2800', '\uFE0F', '\u{E0041}', '\u{E0101}']) {
    expect(visible(`a${character}b`)).toMatch(/^a\[U\+[\dA-F]+\]b$/);
    expect(visibleJson(`a${character}b`)).toMatch(/^"a(?:\\u[\da-f]{4})+b"$/);
  }
  expect(JSON.parse(visibleJson({ name: 'a\u202Eb' }))).toEqual({ name: 'a\u202Eb' });
  expect(visibleJson({ name: 'a\u202Eb' })).toContain(String.raw`a\u202eb`);
});

it('a value is one line of plain text where it is copied, whatever it holds', () => {
  expect(visible('Fairmont\n- Stripe: Linked.\u202Egpj\u3164')).toBe('Fairmont ⏎ - Stripe: Linked.[U+202E]gpj[U+3164]');
});

it.each([
  [{ type: 'changed', fields: ['name', 'conflicts'], sources: ['reseller', 'stripe'] }, 'Name and differences between sources changed, as the reseller account and Stripe say.'],
  [{ type: 'changed', fields: ['complete'], sources: [] }, 'Completeness changed.'],
  [{ type: 'link_changed', billingCustomerId: UUID }, `The link is now ${UUID}.`],
  [{ type: 'link_changed', billingCustomerId: null }, 'The link was removed.'],
  [{ type: 'erased' }, 'The customer was erased.'],
])('the event %j is a sentence', (event, text) => {
  const change = { ...{ id: 'c', customerId: '1', etag: null, at: '2026-11-27T14:09:00Z', billingCustomerId: null, fields: [], sources: [] }, ...event };
  expect(changeInWords(change as unknown as CustomerChange)).toBe(text);
}); // prettier-ignore

it('sources with one text share a row, behind the one that is shown', () => {
  const reference = (customerName: string): unknown => ({ referenceId: 'x', customerName, email: null });
  const none = {
    value: null,
    losers: [],
    source: null,
    fetchedAt: null,
    checkedAt: null,
    changedAt: null,
    stale: false,
  };
  const explanation = {
    valuesShown: true,
    parts: [
      answered('reseller', { companyName: 'Fairmont', account: { contacts: [] } }),
      answered('stripe', reference('Acme')),
      answered('xero', reference('Fairmont')),
      answered('zoho', reference('FAIRMONT')),
      answered('hubspot', reference('Fairmont')),
    ],
    fields: {
      name: { ...none, value: 'Fairmont', source: 'reseller', losers: [{ source: 'stripe', value: 'Acme' }], rule: 'source-order' },
    },
  } as unknown as Explanation; // prettier-ignore
  expect(rowsOf('name', explanation).map(({ kind, sources }) => [kind, ...sources])).toEqual([
    ['winner', 'reseller'],
    ['same', 'xero', 'hubspot'],
    ['equal', 'zoho'],
    ['differs', 'stripe'],
  ]);
  // Placeholders do not show whether values are written alike, or why they count as equal.
  expect(rowsOf('name', { ...explanation, valuesShown: false }).filter(({ kind }) => kind === 'equal')).toEqual([
    { kind: 'equal', text: 'Fairmont', sources: ['xero', 'hubspot'] },
    { kind: 'equal', text: 'FAIRMONT', sources: ['zoho'] },
  ]);
});

it('a source that is not asked says why once', () => {
  const part = { ...answered('stripe'), state: 'absent', fetchedAt: null, ageSeconds: null, refresh: { asked: false, why: 'no_link' } } as const;
  expect(standingOf(part)).toEqual({ standing: 'waiting', word: 'Not asked' });
  expect([askedAgain(part, 0), ...reasonOf(part, NOW)]).toEqual(['', 'No billing customer is known.']);
}); // prettier-ignore

describe('a failed call', () => {
  it.each([
    [503, 'overloaded', 'busy'],
    [429, 'too_many_requests', 'busy'],
    [503, 'source_unavailable', 'source'],
    [503, 'lookup_unavailable', 'unavailable'],
    [503, 'cache_unavailable', 'unavailable'],
    [503, 'audit_unavailable', 'unavailable'],
    [410, 'customer_erased', 'erased'],
    [503, null, 'offline'],
    [404, null, 'offline'],
    [401, null, 'signed_out'],
  ] as const)('with %s and the code %s is %s for the page; without a code it is a gateway’s', (status, code, kind) => {
    const document = code && ({ code, detail: 'Said.', status, requestId: 'r' } as ProblemDocument);
    expect(failureOf(new ProfileProblem(status, null, document, null), NOW).kind).toBe(kind);
  });

  it('whose answer is no JSON has not reached the service', () => {
    expect(failureOf(new SyntaxError('Unexpected token'), NOW).kind).toBe('offline');
  });
});

describe('what is wrong now', () => {
  const redis = {
    ...{ configured: true, state: 'ready', errorCode: null, refusals: [], mode: 'standalone', breaker: 'closed', nodesAway: [] },
    ...{ subscribed: true, evictionPolicy: null, linksMayBeEvicted: false, persistence: null, missingPermissions: [] },
  };
  const billing = {
    ...{ upstream: 'billing', organisation: UUID, breaker: 'closed', openBreakers: [], lastAnswerAt: null, latencyMs: null, quotaLeft: null },
  };
  const report = { redis, upstreams: [billing], drift: [], callersFile: null, organisationsFile: null };
  const refused = { loadedAt: '2026-11-27T14:09:00Z', refused: true };

  it.each([
    [{}, []],
    [{ redis: { ...redis, state: 'unreachable', errorCode: 'ECONNREFUSED' } }, ['Redis cannot be reached (ECONNREFUSED): stored links and shared copies are missing.']],
    [{ redis: { ...redis, state: 'not_configured' } }, []],
    [{ redis: { ...redis, breaker: 'open' } }, ['Redis answers too slowly or not at all, and is spared for the moment.']],
    [
      { upstreams: [{ ...billing, breaker: 'open', openBreakers: ['get_connector_stripe'] }] },
      ['The billing connectors API (Stripe): nearly all calls fail, so none are made for the moment.'],
    ],
    [
      { upstreams: [{ ...billing, upstream: 'reseller', quotaLeft: 3 }] },
      ['The reseller customers API: 3 calls are left in the quota of five seconds.'],
    ],
    [{ callersFile: refused }, ['CALLERS_FILE cannot be used as it is now: the callers of before stay in force.']],
    [{ organisationsFile: refused }, ['ORGANISATIONS_FILE cannot be used as it is now: the organisations of before stay in force.']],
  ])('%j is said in sentences', (more, sentences) => {
    expect(troublesOf({ ...report, ...more } as unknown as DependencyReport, NOW)).toEqual(sentences);
  });
}); // prettier-ignore

it('evidence of one kind is one sentence', () => {
  const evidence = ['name: reseller and stripe differ', 'name: reseller and xero differ', 'something else'];
  expect(identityOf({ verdict: 'suspicious', evidence }).evidence).toEqual([
    'The name in the reseller account differs from the one in Stripe and Xero.',
    'something else',
  ]);
});

it('a request for a shell holds a variable in the place of credentials, and cannot be broken out of', () => {
  const place = { baseUrl: "https://a.example/it's/", organisation: undefined };
  const subject = { customerId: "x'; rm", billingCustomerId: UUID };
  expect(curlOf(subject, { ...place, mode: 'jwt' })).toBe(
    String.raw`curl -sS -H "Authorization: Bearer $TOKEN" 'https://a.example/it'\''s/v1/customer-profiles/x'\''%3B%20rm?billingCustomerId=` +
      `${UUID}'`,
  );
});

it.each([
  [0, '0 s'],
  [59, '59 s'],
  [90, '2 min'],
  [3600, '1 h'],
  [86_400, '1 day'],
  [200_000, '2 days'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

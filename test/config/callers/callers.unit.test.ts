import { describe, expect, it } from '@jest/globals';
import { type CallerLimits, NO_LIMITS } from '../../../src/config/callers/caller-limits.ts';
import { callerOfPair, type KeyedCaller, parseCallers, sha256 } from '../../../src/config/callers/callers.ts';
import { EVERY_RIGHT } from '../../../src/config/callers/rights.ts';

const OLD = 'the-old-key';
const NEW = 'the-new-key';
const ID = '5b1f0c3e-7a52-4d0b-9c7e-2f6a8d4e1b90';

describe('the content of CALLERS_FILE', () => {
  const digest = sha256(OLD);
  const good = { name: 'shop', keySha256: digest, rights: ['links:read'] };

  const issuesOf = (caller: object): readonly string[] => {
    const parsed = parseCallers(JSON.stringify({ callers: [caller] }), NO_LIMITS);
    return 'issues' in parsed ? parsed.issues : [];
  };

  it.each([
    ['no list', {}, 'callers must be'],
    ['an empty list', { callers: [] }, 'callers must be'],
    ['a text', { callers: ['shop'] }, 'callers[0] must be an object'],
    ['no name', { callers: [{ ...good, name: undefined }] }, 'callers[0].name'],
    ['no right', { callers: [{ ...good, rights: [] }] }, 'callers[0].rights'],
    ['an unknown right', { callers: [{ ...good, rights: ['links:read', 'links'] }] }, 'callers[0].rights'],
    ['no key', { callers: [{ ...good, keySha256: undefined }] }, 'one of keys and keySha256'],
    ['keys in two ways', { callers: [{ ...good, keys: [{ sha256: sha256(NEW) }] }] }, 'one of keys and keySha256'],
    ['three keys', { callers: [{ ...good, keySha256: undefined, keys: [OLD, NEW, 'a-third'].map((key) => ({ sha256: sha256(key) })) }] }, 'one or two keys'],
    ['a short digest', { callers: [{ ...good, keySha256: digest.slice(1) }] }, 'keySha256'],
    ['an end that is no instant', { callers: [{ ...good, keySha256: undefined, keys: [{ sha256: digest, notAfter: 'soon' }] }] }, 'keys[0].notAfter'],
    ['an organisation that is no UUID', { callers: [{ ...good, organisations: ['shop'] }] }, 'organisations'],
    ['no organisation', { callers: [{ ...good, organisations: [] }] }, 'organisations'],
    ['an unknown member', { callers: [{ ...good, right: 'links:read' }] }, 'may have only'],
    ['a name twice', { callers: [good, { ...good, keySha256: sha256(NEW) }] }, 'callers[1].name occurs more than once'],
    ['a key twice', { callers: [good, { ...good, name: 'other', keySha256: digest.toUpperCase() }] }, 'a key of callers[1] occurs more than once'],
    ['something beside the callers', { callers: [good], version: 1 }, 'may have only: callers'],
    ['an end by another name', { callers: [{ ...good, keySha256: undefined, keys: [{ sha256: digest, notafter: '2020-01-01T00:00:00Z' }] }] }, 'keys[0] may have only: sha256, notAfter'],
    ['an end on a day that there is not', { callers: [{ ...good, keySha256: undefined, keys: [{ sha256: digest, notAfter: '2027-02-29T00:00:00Z' }] }] }, 'keys[0].notAfter'],
    ['a key that is no object', { callers: [{ ...good, keySha256: undefined, keys: [digest] }] }, 'keys[0] must be an object'],
    ['the digest of an empty key', { callers: [{ ...good, keySha256: sha256('') }] }, 'keySha256 must be the digest of a key'],
  ])('is refused with %s', (_what, content, issue) => {
    expect(parseCallers(JSON.stringify(content), NO_LIMITS)).toEqual({ issues: [expect.stringContaining(issue)] });
  }); // prettier-ignore

  it('has all of its issues named at once, with their places and without a value', () => {
    const keys = [{ sha256: 'zq7' }, { sha256: sha256(NEW), notAfter: 'zq7' }, { sha256: sha256(NEW) }];
    const content = { callers: [good, { ...good, name: 'zq7 zq7' }, { ...good, keys, rights: ['zq7'] }], zq7: 1 };
    const { issues } = parseCallers(JSON.stringify(content), NO_LIMITS) as { issues: readonly string[] };
    expect(issues.map((issue) => issue.replace(/ ?(must|may|occurs) .*/, ''))).toEqual([
      '',
      'callers[1].name',
      'callers[2].rights',
      'callers[2]',
      'callers[2].keys',
      'callers[2].keys[0].sha256',
      'callers[2].keys[1].notAfter',
      'a key of callers[1]',
      'callers[2].name',
      'a key of callers[2]',
      'a key of callers[2]',
    ]);
    expect(issues.join()).not.toContain('zq7');
  });

  it('binds a caller to one organisation that is named twice', () => {
    const callers = [{ ...good, organisations: [ID, ID.toUpperCase()] }];
    expect(parseCallers(JSON.stringify({ callers }), NO_LIMITS)).toMatchObject({ callers: [{ organisations: [ID] }] });
  });

  it.each(['', '{', 'zq7', '{"callers":[]'])('is refused when it is not JSON: %j', (text) => {
    expect(parseCallers(text, NO_LIMITS)).toEqual({ issues: ['is not JSON'] });
  });

  it.each(['null', '[]', '7', '"callers"', '{"callers":{"length":1}}'])('is refused without a list: %s', (text) => {
    expect(parseCallers(text, NO_LIMITS)).toEqual({ issues: ['callers must be a list that is not empty'] });
  });

  it.each(['', 'a b', 'shöp', 'a'.repeat(65), 'shop\n', 7, null])('has no caller with the name %j', (name) => {
    expect(issuesOf({ ...good, name })).toEqual(['callers[0].name must be 1 to 64 letters, digits, dots or hyphens']);
  });

  it.each(['x', 'billing-jobs_2.eu', 'a'.repeat(64)])('may have a caller with the name %j', (name) => {
    expect(issuesOf({ ...good, name })).toEqual([]);
  });

  it.each([
    '2027-01-01T00:00:00Z',
    '2028-02-29T23:59:59.123Z',
    '2027-01-01T00:00:00+02:00',
    '2027-01-01T19:30:00-11:30',
  ])('may have a key that ends at %s', (notAfter) => {
    expect(issuesOf({ ...good, keySha256: undefined, keys: [{ sha256: digest, notAfter }] })).toEqual([]);
  });

  it.each([
    '2027-01-01',
    '2027-01-01T00:00:00',
    '2027-01-01T24:00:00Z',
    '2027-01-01T00:60:00Z',
    '2027-01-01 00:00:00Z',
    ' 2027-01-01T00:00:00Z',
    '2027-01-01T00:00:00Z ',
    '2027-01-01T00:00:00.Z',
    '2027-01-01T00:00:00+0200',
    '+002027-01-01T00:00:00Z',
    '2027-01-01T00:00:00Z (noon)',
    ['2027-01-01T00:00:00Z'],
    1_798_761_600_000,
    null,
  ])('has no key that ends at %j', (notAfter) => {
    expect(issuesOf({ ...good, keySha256: undefined, keys: [{ sha256: digest, notAfter }] })).toEqual([
      'callers[0].keys[0].notAfter must be an instant, such as 2027-01-01T00:00:00Z',
    ]);
  });

  it.each([digest.slice(1), `${digest}0`, ` ${digest}`, digest.replace(/./, 'g'), 7, null])(
    'has no digest %j',
    (keySha256) => {
      expect(issuesOf({ ...good, keySha256 })).toEqual(['callers[0].keySha256 must be 64 hexadecimal digits']);
    },
  );

  it('says what is wrong with keys, organisations and rights', () => {
    const EMPTY = { ...good, keySha256: undefined };
    const many = ['a', 'b', 'c'].map((key) => ({ sha256: sha256(key) }));
    for (const keys of [[], many, {}])
      expect(issuesOf({ ...EMPTY, keys })).toEqual(['callers[0].keys must be a list of one or two keys']);
    expect(issuesOf({ ...EMPTY, keys: many.slice(1) })).toEqual([]);
    expect(issuesOf(EMPTY)).toEqual(['callers[0] must have one of keys and keySha256']);
    for (const organisations of [[], ID, [ID, 'shop'], null])
      expect(issuesOf({ ...good, organisations })).toEqual(['callers[0].organisations must be a list of UUIDs']);
    for (const rights of [undefined, [], 'links:read', [7]])
      expect(issuesOf({ ...good, rights })).toEqual([
        `callers[0].rights must name one or more of: ${[...EVERY_RIGHT].join(', ')}`,
      ]);
    expect(issuesOf({ ...good, limits: 7 })).toEqual(['callers[0].limits must be an object']);
    expect(issuesOf({ ...good, keySha256: sha256('').toUpperCase() })).toEqual([
      'callers[0].keySha256 must be the digest of a key, not of an empty text',
    ]);
  });

  it('may have several callers without a name, a key or a list: nothing of them occurs twice', () => {
    const callers = [7, null, {}, {}, { keys: [7, {}, {}] }, { name: 7, keySha256: 'x' }, { name: 7, keySha256: 'x' }];
    const { issues } = parseCallers(JSON.stringify({ callers }), NO_LIMITS) as { issues: readonly string[] };
    expect(issues.filter((issue) => issue.includes('more than once'))).toEqual([]);
    expect(parseCallers('{"callers":[7]}', NO_LIMITS)).toEqual({ issues: ['callers[0] must be an object'] });
  });

  it('gives each caller with its keys, rights and limits', () => {
    const defaults: CallerLimits = { ...NO_LIMITS, concurrent: 7 };
    const callers = [
      { name: 'shop', keySha256: digest.toUpperCase(), rights: ['links:read', 'links:read'] },
      { name: 'jobs', keys: [{ sha256: sha256(NEW), notAfter: '2027-01-01T00:00:00Z' }, { sha256: sha256('c') }], organisations: [ID.toUpperCase()], rights: ['links:write'], limits: { concurrent: 2 } },
    ]; // prettier-ignore
    expect(parseCallers(JSON.stringify({ callers }), defaults)).toEqual({
      callers: [
        { name: 'shop', keys: [{ sha256: digest, notAfter: Infinity }], organisations: null, rights: new Set(['links:read']), limits: defaults },
        { name: 'jobs', keys: [{ sha256: sha256(NEW), notAfter: Date.parse('2027-01-01T00:00:00Z') }, { sha256: sha256('c'), notAfter: Infinity }], organisations: [ID], rights: new Set(['links:write']), limits: { ...NO_LIMITS, concurrent: 2 } },
      ] satisfies KeyedCaller[],
    }); // prettier-ignore
  });

  it('is refused when callers share more than the quota', () => {
    const share = (name: string, quotaShare: number): object => ({
      ...good,
      name,
      keySha256: sha256(name),
      limits: { quotaShare },
    });
    const issues = ['the quotaShare of an organisation’s callers add up to more than 1'];
    const parsed = (...callers: readonly object[]): unknown => parseCallers(JSON.stringify({ callers }), NO_LIMITS);
    expect(parsed(share('a', 0.6), share('b', 0.5))).toEqual({ issues });
    expect(parsed(share('a', 0.6), share('b', 0.4))).toHaveProperty('callers');
  });
});

describe('a caller of API_KEYS', () => {
  it('has every right, and may be bound to an organisation', () => {
    const key = { sha256: sha256('k:1@x'), notAfter: Infinity };
    const caller = { name: 'shop', keys: [key], organisations: null, rights: EVERY_RIGHT, limits: NO_LIMITS };
    expect(callerOfPair('shop:k:1@x', NO_LIMITS)).toEqual(caller);
    expect(callerOfPair(`shop@${ID.toUpperCase()}:k:1@x`, NO_LIMITS)).toEqual({ ...caller, organisations: [ID] });
  });
});

import { describe, expect, it } from '@jest/globals';
import { etagOf, matchesEtag, readCondition, UNCONDITIONAL } from '../../src/customer-links/link-condition.ts';
import { InputCheck } from '../../src/problems/input-check.ts';

const ONE = '0123456789abcdef0123456789abcdef01234567';
const OTHER = 'f'.repeat(40);

function read(headers: Readonly<Record<string, string | string[]>>): readonly [unknown, InputCheck['issues']] {
  const check = new InputCheck();
  return [readCondition(headers, check), check.issues];
}

describe('the condition of a request', () => {
  it.each([
    ['none', {}, UNCONDITIONAL],
    ['any link', { 'if-match': '*' }, { ifMatch: '*', ifNoneMatch: '' }],
    ['no link', { 'if-none-match': ' * ' }, { ifMatch: '', ifNoneMatch: '*' }],
    ['one link', { 'if-match': etagOf(ONE) }, { ifMatch: `,${ONE},`, ifNoneMatch: '' }],
    ['one of two', { 'if-match': `"${ONE}", "${OTHER}"` }, { ifMatch: `,${ONE},${OTHER},`, ifNoneMatch: '' }],
    ['two headers', { 'if-none-match': [`"${ONE}"`, `"${OTHER}"`] }, { ifMatch: '', ifNoneMatch: `,${ONE},${OTHER},` }],
    ['a weak tag, which If-Match never matches', { 'if-match': `W/"${ONE}"` }, { ifMatch: ',', ifNoneMatch: '' }],
    ['a weak tag, which If-None-Match matches', { 'if-none-match': `W/"${ONE}"` }, { ifMatch: '', ifNoneMatch: `,${ONE},` }],
    ['tags of other kinds', { 'if-match': `"7", "${ONE}0", "x${ONE}", "${ONE.toUpperCase()}"` }, { ifMatch: ',', ifNoneMatch: '' }],
  ])('is read: %s', (_title, headers, expected) => {
    expect(read(headers)).toStrictEqual([expected, []]);
  }); // prettier-ignore

  it.each([
    ['If-Match', 'if-match'],
    ['If-None-Match', 'if-none-match'],
  ])('in %s that is no list of tags is reported, and matches nothing', (name, header) => {
    for (const sent of ['', 'zq7', '"7', `"${ONE}", *`]) {
      const issue = {
        in: 'header',
        name,
        detail: 'must be * or a comma-separated list of entity-tags, such as "7"',
      };
      expect(read({ [header]: sent })).toStrictEqual([UNCONDITIONAL, [issue]]);
    }
  });

  it.each([
    ['*', ONE, true],
    [`,${ONE},`, ONE, true],
    [`,${OTHER},${ONE},`, ONE, true],
    [`,${OTHER},`, ONE, false],
    [`,${ONE},`, ONE.slice(1), false],
    [`,${ONE},`, ONE.slice(0, -1), false],
    [',', ONE, false],
    ['', ONE, false],
  ])('as %j names the link %j: %s', (digests, digest, names) => {
    expect(matchesEtag(digests, digest)).toBe(names);
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseEntityTags } from '../../src/http-server/entity-tags.ts';

const strong = (opaque: string): object => ({ weak: false, opaque });
const weak = (opaque: string): object => ({ weak: true, opaque });

describe('a header of entity tags', () => {
  it.each([
    ['*', '*'],
    [' * ', '*'],
    ['"7"', [strong('7')]],
    ['W/"7"', [weak('7')]],
    ['""', [strong('')]],
    ['"a,b" , W/"c"', [strong('a,b'), weak('c')]],
    [',"7",,\t"8",', [strong('7'), strong('8')]],
    ['"\u00e9!"', [strong('\u00e9!')]],
  ])('is read: %j', (header, tags) => {
    expect(parseEntityTags(header)).toEqual(tags);
  });

  it.each([
    '',
    ',',
    '1',
    '"1',
    '1"',
    '*, "1"',
    '"1" "2"',
    'w/"1"',
    'W/ "1"',
    "'1'",
    '"1";"2"',
    '"a b"',
    '"1", x',
    '"\u0100"',
  ])('is malformed: %j', (header) => {
    expect(parseEntityTags(header)).toBeNull();
  });

  it('gives back the tags of which any list was made', () => {
    const opaque = fc.string({ unit: fc.constantFrom('a', '7', ',', '!', '*', '\u00ff') });
    const tag = fc.record({ weak: fc.boolean(), opaque });
    const separator = fc.constantFrom(',', ', ', ' ,\t', ',,');
    fc.assert(
      fc.property(fc.array(fc.tuple(tag, separator), { minLength: 1 }), (elements) => {
        const header = elements.map(([one, comma]) => `${one.weak ? 'W/' : ''}"${one.opaque}"${comma}`).join('');
        expect(parseEntityTags(header)).toEqual(elements.map(([one]) => one));
      }),
    );
  });
});

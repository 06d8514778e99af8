import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONNECTOR_NAMES } from '../../src/config/connector-names.ts';
import { comparableId } from '../../src/customer-lookups/comparable-id.ts';
import { suffixOf } from '../../src/customer-lookups/salesforce-id.ts';

const UUID = '7a4f1d2e-90bc-4d3e-8f6a-1b2c3d4e5f60';
const IGNORE_CASE_OF_UUID = ['xero', 'anrok', 'dealhub'];
const areOne = (system: string, one: string, other: string): boolean =>
  comparableId(system, one) === comparableId(system, other);

const base62 = fc.stringMatching(/^[0-9A-Za-z]{15}$/);

describe.each([...CONNECTOR_NAMES, 'billing', 'external-reference'])('ids of %s (C13)', (system) => {
  it('are one with and without spaces and invisible characters around them, and with such inside others', () => {
    for (const spaced of [
      ' id 42',
      'id 42 ',
      '\tid 42\n',
      '\u00a0id 42',
      'id 42\u200b',
      '\ufeffid 42 \u2060',
      '\u200b id 42\u00ad',
    ])
      expect(areOne(system, spaced, 'id 42')).toBe(true);
    for (const other of ['id  42', 'id\u200b 42']) expect(areOne(system, other, 'id 42')).toBe(false);
  });

  it('are two in another case, unless they are UUIDs and the system reads those', () => {
    for (const id of ['cus_AbC', '00u1AbcXyz', 'Ana.Silva@example.com', 'Ab-7', 'zoé'])
      expect(areOne(system, id, id.toUpperCase())).toBe(false);
    expect(areOne(system, UUID, UUID.toUpperCase())).toBe([...IGNORE_CASE_OF_UUID, 'billing'].includes(system));
    expect(areOne(system, `${UUID}0`, `${UUID}0`.toUpperCase())).toBe(false);
  });

  it('keep leading zeros, the domain of an e-mail address and any other writing', () => {
    for (const [one, other] of [
      ['0042', '42'],
      ['ana@example.com', 'ana@EXAMPLE.com'],
      ['1e3', '1000'],
      ['\u0065\u0301', '\u00e9'],
    ] as const)
      expect(areOne(system, one, other)).toBe(false);
  });

  it('are one in each writing of a UUID where each id is one, and two elsewhere', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), fc.boolean(), (id, another, inCapitals) => {
        const bare = id.replaceAll('-', '');
        for (const form of [bare, `{${id}}`, `{${bare}}`, `urn:uuid:${id}`, `urn:uuid:${bare}`]) {
          expect(areOne(system, id, inCapitals ? form.toUpperCase() : form)).toBe(system === 'xero');
          expect(areOne(system, another, form)).toBe(false);
        }
      }),
    );
  });

  it('of UUIDs are compared in small letters and with hyphens where they may lack them', () => {
    for (const written of [UUID.toUpperCase(), `{${UUID}}`, `urn:uuid:${UUID.replaceAll('-', '')}`])
      if (areOne(system, written, UUID)) expect(comparableId(system, written)).toBe(UUID);
  });

  it('are no UUID in any other writing', () => {
    const bare = UUID.replaceAll('-', '');
    const others = [
      `{${UUID}`,
      `${UUID}}`,
      `(${UUID})`,
      `uuid:${UUID}`,
      `urn:uuid:{${UUID}}`,
      `${bare}0`,
      bare.slice(1),
      UUID.replace('-', ''),
    ];
    for (const other of others) expect(areOne(system, UUID, other)).toBe(false);
  });

  it('are compared by a form that is its own', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.uuid(),
          base62,
          base62.map((id) => id + suffixOf(id)),
        ),
        (id) => {
          expect(comparableId(system, comparableId(system, id))).toBe(comparableId(system, id));
        },
      ),
    );
  });
});

it('the rule of each connector stands in docs/look-ups.md (C13)', () => {
  const doc = readFileSync(join(import.meta.dirname, '../../docs/look-ups.md'), 'utf8');
  expect(CONNECTOR_NAMES.filter((name) => !doc.includes(`| \`${name}\` `))).toEqual([]);
});

describe('a Salesforce id (C13)', () => {
  it.each([
    ['001D000000IRFma', '001D000000IRFmaIAH'],
    ['0019000000abcde', '0019000000abcdeAAA'],
    ['00530000003xqAb', '00530000003xqAbAAI'],
    ['ABCDEFGHIJKLMNO', 'ABCDEFGHIJKLMNO555'],
  ])('of 15 characters, %s, and of 18, %s, is one', (short, long) => {
    expect(short + suffixOf(short)).toBe(long);
    expect(areOne('salesforce', short, long)).toBe(true);
  });

  it('of 18 characters is one in capitals, in small letters and as it is, and no other', () => {
    fc.assert(
      fc.property(base62, base62, (short, other) => {
        const long = short + suffixOf(short);
        for (const written of [long, long.toUpperCase(), long.toLowerCase()])
          expect(comparableId('salesforce', written)).toBe(short);
        expect(areOne('salesforce', long, other + suffixOf(other))).toBe(short === other);
      }),
    );
  });

  it('whose last three characters are not those of the fifteen is no long form', () => {
    for (const long of ['001D000000IRFmaIAX', '001D000000IRFmaAAA', '001d000000IRFmaIAH', '001D000000IRFma678'])
      expect(areOne('salesforce', long, '001D000000IRFma')).toBe(false);
    fc.assert(
      fc.property(base62, fc.stringMatching(/^[A-Z0-5]{3}$/), (short, suffix) => {
        fc.pre(suffix !== suffixOf(short) && short !== short.toUpperCase() && short !== short.toLowerCase());
        expect(areOne('salesforce', short + suffix, short)).toBe(false);
      }),
    );
  });

  it('of 15 characters in another case is another one', () => {
    expect(areOne('salesforce', '001D000000IRFma', '001D000000IRFmA')).toBe(false);
  });

  it('has its three characters only with fifteen', () => {
    for (const id of ['', '001D000000IRFm', 'x001D000000IRFma', '001D000000IRFmax', '001D000000IRFm-'])
      expect(() => suffixOf(id)).toThrow(new RangeError('not the 15 characters of an id'));
  });

  it('of any other form counts as it is', () => {
    for (const id of ['001D000000IRFm', '001D000000IRFmaIA', '001D000000IRF-aIAH', '001D000000IRFmaIAHx'])
      expect(comparableId('salesforce', id)).toBe(id);
  });
});

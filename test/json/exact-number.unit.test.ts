import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { runInNewContext } from 'node:vm';
import { exactNumber, INEXACT_NUMBER, InexactNumberError } from '../../src/json/exact-number.ts';
import { number, parseJson, text } from '../../src/json/json.ts';

const parsed = (json: string): unknown => parseJson(Buffer.from(json));

/** Numbers that a double rounds, or prints in another way than with plain digits. */
const INEXACT = [
  '12345678901234567890', '-12345678901234567890', '9007199254740993', '9007199254740992', '1e21', '1E+21', '1.5e300', '1e400', '-1e400',
  '1e-400', '1e-7', '0.0000001', '0.1234567890123456789', '1.0000000000000000001', '123456789.1234567891', '99999999999999.999999',
  '0.30000000000000000001', '5e-324', '100000000000000000000000', '9007199254740991.5',
]; // prettier-ignore
const EXACT = [
  '0',
  '-0',
  '5',
  '-17',
  '9007199254740991',
  '-9007199254740991',
  '0.5',
  '12.50',
  '1.0',
  '1e3',
  '1.20e1',
  '5E0',
  '0e5',
  '0.000001',
  '123456789.123456',
];

describe('a number that a double does not keep (W9)', () => {
  it.each(INEXACT)('%s is marked in place, and read neither as text nor as a number', (written) => {
    expect(exactNumber(written)).toBe(INEXACT_NUMBER);
    for (const json of [`{"a":${written}}`, `{ "a" : ${written} , "b":1}`, `{"b":"\\"1,","a":\n\t${written}}`]) {
      const { a } = parsed(json) as { a: unknown };
      expect(a).toBe(INEXACT_NUMBER);
      expect(() => text(a)).toThrow(InexactNumberError);
      expect(() => number(a)).toThrow(InexactNumberError);
    }
    expect(parsed(`[[1,${written}],${written},2]`)).toStrictEqual([[1, INEXACT_NUMBER], INEXACT_NUMBER, 2]);
    expect(() => number(written)).toThrow(InexactNumberError);
  });

  it.each(EXACT)('%s is kept', (written) => {
    expect(exactNumber(written)).toBe(Number(written));
    expect(parsed(`{"a":${written}}`)).toStrictEqual({ a: Number(written) });
    expect(number(written)).toBe(Number(written));
  });

  it.each(['["a,1e21', '{"a":"b","c:1e21', '[1e21,"'])(
    'in a text that breaks off in a string does no harm: %s',
    (json) => {
      expect(parsed(json)).toBeUndefined();
    },
  );

  it('is left alone inside a string', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('"', '\\', ',', ':', '[', ' ', '1e21', '12345678901234567890', 'é')),
        (pieces) => {
          const value = { [pieces.join('')]: [pieces.join(''), 5, pieces.join('').slice(1)] };
          expect(parsed(JSON.stringify(value))).toStrictEqual(value);
          expect(parsed(`[${JSON.stringify(pieces.join(''))},1e21]`)).toStrictEqual([pieces.join(''), INEXACT_NUMBER]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is found for any whole number, and no digit of another is lost', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), (whole) => {
        const safe = whole >= BigInt(Number.MIN_SAFE_INTEGER) && whole <= BigInt(Number.MAX_SAFE_INTEGER);
        const { id } = parsed(`{"id":${whole}}`) as { id: unknown };
        if (safe) expect(text(id)).toBe(String(whole));
        else expect(id).toBe(INEXACT_NUMBER);
      }),
      { numRuns: 500 },
    );
  });

  it('is found for any decimal: the digits that are read are those that were sent', () => {
    const digits = fc.stringMatching(/^[1-9]\d{0,20}\.\d{0,20}[1-9]$/);
    fc.assert(
      fc.property(digits, (written) => {
        const { id } = parsed(`{"id":${written}}`) as { id: unknown };
        expect([INEXACT_NUMBER, Number(written)]).toContain(id);
        if (id !== INEXACT_NUMBER) expect(text(id)).toBe(written);
        if (written.length <= 16) expect(id).toBe(Number(written));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a number in text', () => {
  it.each([
    ['007', 7],
    ['-00.50', -0.5],
    ['0.00', 0],
    ['0012e2', 1200],
  ])('%s may have zeros in front', (written, value) => {
    expect(exactNumber(written)).toBe(value);
  });

  it('that is not exact has an error that says so, and no digit of it', () => {
    const { name, message } = new InexactNumberError();
    expect([name, message]).toStrictEqual(['InexactNumberError', 'a number has too many digits']);
  });
});

describe('any number of long numbers', () => {
  it.each(['1e3', '12345678901234567890', '0.12345678901234567890', '1000000000000000'])(
    'does no harm to what stands beside them: %s',
    (written) => {
      const many = Array(1001).fill(written).join();
      const sent = `{"unread":[${many}],"id":"A 1","inner":{"level":"01","also":[${many}],"id":12345678901234567890}}`;
      const { id, inner, unread } = parsed(sent) as Record<string, unknown>;
      expect({ id, inner }).toMatchObject({ id: 'A 1', inner: { level: '01', id: INEXACT_NUMBER } });
      expect(unread).toHaveLength(1001);
    },
  );
});

describe('a hundred thousand of anything, or a number with a million digits, costs a moment', () => {
  const many = (written: string, count = 100_000): string => Array(count).fill(written).join();
  it.each([
    ['numbers after a string and before another', `["a",${many('12345678901234567890', 1_000_000)},"z"]`],
    ['numbers that are exact', `["a",${many('1e3', 1_000_000)},"z"]`],
    ['strings that look like numbers', `[${many('":1e21,"')}]`],
    ['quotes in a string', `["${'\\"'.repeat(1_000_000)}",1e21]`],
    ['backslashes in a string', `["${'\\\\'.repeat(1_000_000)}",1e21]`],
    ['a number with zeros before its last digit', `[1${'0'.repeat(1_000_000)}1]`],
    ['a fraction with zeros before its last digit', `[1.${'0'.repeat(1_000_000)}1]`],
    ['spaces', `[${many(`1e21,${' '.repeat(100)}2`, 10_000)}]`],
  ])('%s', (_title, json) => {
    // Work that grows with the square takes minutes; then the run is cut off.
    const run = (): unknown => runInNewContext('parsed()', { parsed: () => parsed(json) }, { timeout: 45_000 });
    expect(run()).toBeInstanceOf(Array);
  });
});

describe('a number that was sent as text', () => {
  it.each(['', ' ', 'many', '0x10', '1_000', '1,5', 'Infinity', 'NaN', '+5', '.5', '5.', '--5'])(
    'is none for %j',
    (written) => {
      expect(number(written)).toBeNull();
    },
  );

  it('may have spaces around it', () => {
    expect(number(' 12 ')).toBe(12);
  });
});

describe('a text', () => {
  it.each(['\u200b', '\u2060', '\u3164', '\ufeff', '\u00ad', '\u2800', ' \u200b\t', '\u202e'])(
    'in which nothing can be seen is none: %j',
    (blank) => {
      expect(text(blank)).toBeNull();
    },
  );

  it('is kept as it was sent, with what is invisible in it', () => {
    expect(text(' a\u200bb ')).toBe(' a\u200bb ');
  });
});

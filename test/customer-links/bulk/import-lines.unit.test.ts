import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  hasMoreLines,
  type ImportLine,
  MAX_LINE_BYTES,
  readImportLines,
} from '../../../src/customer-links/bulk/import-lines.ts';

const uuid = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const good = JSON.stringify({ customerId: '9876543210', billingCustomerId: uuid });
const read = (file: string | Uint8Array, atOnce = 100): readonly ImportLine[] =>
  [...readImportLines(Buffer.from(file as string), atOnce)].flat();
const link = (line: number): ImportLine => ({ line, customerId: '9876543210', billingCustomerId: uuid });
const faultOf = (line: ImportLine | undefined): readonly string[] =>
  line && 'errors' in line ? line.errors.map(({ in: place, name }) => `${place} ${name ?? '-'}`) : [];

describe('the lines of a file', () => {
  it.each([
    ['end in LF', `${good}\n${good}\n`],
    ['end in CR LF', `${good}\r\n${good}\r\n`],
    ['need no end at the last one', `${good}\n${good}`],
    ['may have spaces round them', ` ${good}\t\n  ${good} \r\n`],
    ['may begin with a byte order mark', `\ufeff${good}\n${good}\n`],
  ])('%s', (_title, file) => {
    expect(read(file)).toEqual([link(1), link(2)]);
  });

  it('are counted with the blank ones, which are left out', () => {
    expect(read(`\n${good}\n \t\n\r\n${good}\n\n`)).toEqual([link(2), link(5)]);
  });

  it('give the billing customer in lower case', () => {
    expect(read(good.replace(uuid, uuid.toUpperCase()))).toEqual([link(1)]);
  });

  it('may be those of an export, whose last line is left out', () => {
    const exported = JSON.stringify({ ...JSON.parse(good), linkedAt: '2026-01-01T00:00:00.000Z', linkedBy: null });
    expect(read(`${exported}\n{"exported":1}\n`)).toEqual([link(1)]);
  });

  it.each([
    '{"exported":2}',
    '{"exported":2,"unreadable":1}',
    '{"exported":2,"after":"P100"}',
    '{"exported":0,"unreadable":0,"after":""}',
  ])('are left out when they end an export: %s', (line) => {
    expect(read(`${good}\n${line}`)).toEqual([link(1)]);
  });

  it('come in blocks of so many', () => {
    const lengths = (lines: number, atOnce: number): readonly number[] =>
      Array.from(readImportLines(Buffer.from(`${good}\n`.repeat(lines)), atOnce), (block) => block.length);
    expect(lengths(5, 2)).toEqual([2, 2, 1]);
    expect(lengths(4, 2)).toEqual([2, 2]);
    expect(lengths(0, 2)).toEqual([]);
  });

  it.each([0, 1, 2, 3, 7, 100])('are the same %d at a time', (atOnce) => {
    const file = `${good}\n\nx\n${good}\n`;
    expect(read(file, Math.max(1, atOnce))).toEqual(read(file, 1));
  });
});

describe('a line that is refused', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['no JSON', 'zq7', 'body -'],
    ['half an object', good.slice(0, -1), 'body -'],
    ['two objects', good + good, 'body -'],
    ['a list', `[${good}]`, 'body -'],
    ['null', 'null', 'body -'],
    ['a number', '1e999', 'body -'],
    ['a second byte order mark', `\ufeff\ufeff\ufeff1`, 'body -'],
    ['UTF-8 cut short', Buffer.concat([Buffer.from(good.slice(0, 20)), Buffer.from([0xc3]), Buffer.from(good.slice(20))]), 'body -'],
    ['UTF-16', Buffer.from(good, 'utf16le').subarray(0, 40), 'body -'],
    ['a prototype', good.replace('{', '{"__proto__":{"zq7":1},'), 'body -'],
    ['an escaped prototype', good.replace('{', '{"\\u005f_proto__":{"zq7":1},'), 'body -'],
    ['the prototype of a constructor', good.replace('{', '{"constructor":{"prototype":{"zq7":1}},'), 'body -'],
    ['4,000 lists deep', '['.repeat(2000) + ']'.repeat(2000), 'body -'],
    ['objects 600 deep as the id', `{"customerId":${'{"a":'.repeat(600)}1${'}'.repeat(600)},"billingCustomerId":"${uuid}"}`, 'body customerId'],
    ['too long', JSON.stringify({ ...JSON.parse(good), linkedBy: 'x'.repeat(MAX_LINE_BYTES) }), 'body -'],
    ['no customer', `{"billingCustomerId":"${uuid}"}`, 'body customerId'],
    ['a customer that is a number', `{"customerId":9876543210,"billingCustomerId":"${uuid}"}`, 'body customerId'],
    ['a bad customer', good.replace('9876543210', '../x'), 'body customerId'],
    ['no billing customer', '{"customerId":"9876543210"}', 'body billingCustomerId'],
    ['the nil UUID', good.replace(uuid, '00000000-0000-0000-0000-000000000000'), 'body billingCustomerId'],
    ['an unknown member', good.replace('{', '{"zq7":1,'), 'body -'],
    ['the end of an export with more in it', '{"exported":1,"zq7":1}', 'body -'],
  ])('for %s says so, repeats nothing of it, and leaves the next one alone', (_title, line, name) => {
    const lines = read(Buffer.concat([Buffer.from(line as string), Buffer.from(`\n${good}\n`)]));
    expect(lines.at(-1)).toMatchObject({ customerId: '9876543210' });
    expect(faultOf(lines[0])).toContain(name);
    expect(JSON.stringify(lines[0])).not.toContain('zq7');
  }); // prettier-ignore

  it.each(['[1]', '7', 'null', 'zq7', '"zq7"', '{"a":1}x', '{"__proto__":1}'])('as %s must be one object', (line) => {
    const detail = 'must be one JSON object in UTF-8, without __proto__ or constructor.prototype';
    expect(read(line)).toEqual([{ line: 1, errors: [{ in: 'body', detail }] }]);
  });

  it.each(['{"exported":1.5}', '{"unreadable":1}', '{"exported":1,"unreadable":"1"}', '{"exported":1,"after":7}', '{"after":""}'])(
    'is no end of an export: %s',
    (line) => {
      expect(faultOf(read(line)[0])).toContain('body customerId');
    },
  ); // prettier-ignore

  it('is longer than 4,096 bytes', () => {
    const ofBytes = (bytes: number): string => `${good}${' '.repeat(bytes - good.length)}`;
    expect(read(ofBytes(MAX_LINE_BYTES))).toEqual([link(1)]);
    expect(read(ofBytes(MAX_LINE_BYTES + 1))).toEqual([
      { line: 1, errors: [{ in: 'body', detail: 'must be at most 4096 bytes' }] },
    ]);
  });

  it('has every issue of the line at once', () => {
    expect(faultOf(read('{"customerId":"x","billingCustomerId":"y","zq7":1}')[0]).toSorted()).toEqual([
      'body -',
      'body billingCustomerId',
      'body customerId',
    ]);
  });
});

it('whatever the bytes are, each line that is not blank is read or refused, in order, and no prototype changes', () => {
  const line = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.json().map((text) => Buffer.from(text)), fc.constant(Buffer.from(good))); // prettier-ignore
  fc.assert(
    fc.property(fc.array(line), fc.integer({ min: 1, max: 5 }), (lines, atOnce) => {
      const file = Buffer.concat(lines.flatMap((bytes) => [Buffer.from(bytes), Buffer.from('\n')]));
      const numbers = read(file, atOnce).map((one) => one.line);
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      expect(new Set(numbers).size).toBe(numbers.length);
      expect(Object.keys(Object.getPrototypeOf({}) as object)).toEqual([]);
    }),
  );
});

it.each([
  ['', 1, false],
  ['a', 1, false],
  ['a\n', 1, false],
  ['a\nb', 1, true],
  ['a\nbcd', 1, true],
  ['a\nb\n', 2, false],
  ['\n\n\n', 2, true],
])('%j has more lines than %d: %s', (file, max, more) => {
  expect(hasMoreLines(Buffer.from(file), max)).toBe(more);
});

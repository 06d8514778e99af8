import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { date, instant } from '../../src/reseller-customers/dates.ts';

describe('an instant', () => {
  it.each([
    ['with Z, it is kept', '2019-05-02T22:49:52Z', '2019-05-02T22:49:52Z'],
    ['without a zone, it is UTC', '2024-07-17T03:47:35', '2024-07-17T03:47:35Z'],
    ['with an offset, it is moved to UTC', '2024-07-17T03:47:35+05:30', '2024-07-16T22:17:35Z'],
    ['with an offset without colon, likewise', '2024-07-17T03:47:35-0700', '2024-07-17T10:47:35Z'],
    ['with a fraction, it keeps milliseconds', '2024-07-17T03:47:35.512000', '2024-07-17T03:47:35.512Z'],
    ['without seconds, it is on the full minute (C10)', '2024-07-17T03:47', '2024-07-17T03:47:00Z'],
    ['without seconds and with Z, likewise', '2024-07-17T03:47Z', '2024-07-17T03:47:00Z'],
    ['without seconds and with an offset, likewise', '2024-07-17T03:47-0700', '2024-07-17T10:47:00Z'],
    ['with a space before the time, it is read', '2024-07-17 03:47:35', '2024-07-17T03:47:35Z'],
    ['with an offset in hours, it is moved to UTC', '2024-07-17T03:47:35+00', '2024-07-17T03:47:35Z'],
    ['with another offset in hours, likewise', '2024-07-17 03:47-07', '2024-07-17T10:47:00Z'],
    ['with a fraction of nothing, it keeps that', '2024-07-17T03:47:35.0Z', '2024-07-17T03:47:35.000Z'],
    ['with a comma before the fraction, it keeps milliseconds', '2024-07-17T03:47:35,5', '2024-07-17T03:47:35.500Z'],
    ['in small letters, it is read', '2024-07-17t03:47:35z', '2024-07-17T03:47:35Z'],
    ['in spaces, it is read', ' 2024-07-17T03:47:35Z ', '2024-07-17T03:47:35Z'],
    ['on a leap day, it is kept', '2024-02-29T00:00:00Z', '2024-02-29T00:00:00Z'],
  ])('%s', (_title, sent, read) => {
    expect(instant(sent)).toBe(read);
  });

  it.each([
    '',
    ' ',
    null,
    undefined,
    true,
    {},
    ['2024-07-17T03:47:35Z'],
    1721188055,
    'yesterday',
    '2024-07-17',
    '2024-07-17T03',
    '2024-07-17T03:47:',
    '2024-07-17T3:47',
    '2024-07-17T03:47:35+',
    '2024-07-17T03:47:35+0',
    '2024-07-17T03:47:35 UTC',
    '2024-07-17T03:47:60',
    '17/07/2024 03:47',
    '20240717T034735Z',
    '2024-13-01T00:00:00Z',
    '2024-02-30T00:00:00Z',
    '2023-02-29T00:00:00',
    '2024-07-17T25:00:00Z',
    '2024-07-17T03:47:35+99:99',
    '2024-07-17T03:47:35Z; drop',
    '9999-12-31T23:59:59-23:59',
    '0000-01-01T00:00:00+23:00',
  ])('of %j is null, and never another day', (sent) => {
    expect(instant(sent)).toBeNull();
  });

  it('means the same time with its zone, its seconds and its space in any form', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('T', 't', ' '),
        fc.constantFrom(':', ''),
        fc.date({ min: new Date('1970-01-02T00:00:00Z'), max: new Date('2999-12-30T00:00:00Z'), noInvalidDate: true }),
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        (space, colon, at, offsetMinutes) => {
          at.setUTCSeconds(0, 0);
          const local = new Date(at.getTime() + offsetMinutes * 60_000).toISOString().slice(0, 16).replace('T', space);
          const minutes = Math.abs(offsetMinutes);
          const pad = (n: number): string => String(n).padStart(2, '0');
          const zone = `${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}`;
          const rest = minutes % 60 === 0 && colon === '' ? '' : `${colon}${pad(minutes % 60)}`;
          for (const seconds of ['', ':00', ':00.0'])
            expect(instant(`${local}${seconds}${zone}${rest}`)?.slice(0, 19)).toBe(at.toISOString().slice(0, 19));
        },
      ),
    );
  });
});

describe('a date', () => {
  it.each([
    ['2020-05-02', '2020-05-02'],
    [' 2020-05-02 ', '2020-05-02'],
    ['2020-02-29', '2020-02-29'],
    ['2020-05-02T23:30:00-07:00', '2020-05-02'],
    ['2020-05-02T00:00:00', '2020-05-02'],
    ['2020-05-02 00:00:00', '2020-05-02'],
    ['2020-05-02T00:00', '2020-05-02'],
    ['2020-05-02T00:00:00.000+0000', '2020-05-02'],
    ['2020-05-02Z', '2020-05-02'],
    ['2020-05-02z', '2020-05-02'],
    ['2020-05-02+02:00', '2020-05-02'],
  ])('of %j stays the day as written', (sent, read) => {
    expect(date(sent)).toBe(read);
  });

  it.each([
    '',
    ' ',
    null,
    undefined,
    20200502,
    {},
    [],
    '2020-5-2',
    '02.05.2020',
    '2020-02-30',
    '2021-02-29',
    '2020-05-02x',
    '2020-05-02T',
    '2020-05-02Tnoon',
    '2020-05-02 25:00:00',
    '05/02/2020',
    '2020-05',
  ])('of %j is null', (sent) => {
    expect(date(sent)).toBeNull();
  });
});

it('reading a date or an instant fails for no JSON value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect([null, 'string']).toContain(date(value) === null ? null : typeof date(value));
      expect([null, 'string']).toContain(instant(value) === null ? null : typeof instant(value));
    }),
  );
});

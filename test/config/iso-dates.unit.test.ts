import { expect, it } from '@jest/globals';
import { isCalendarDay, isoInstant } from '../../src/config/iso-dates.ts';

it('an instant has milliseconds and Z', () => {
  expect(isoInstant(0)).toBe('1970-01-01T00:00:00.000Z');
});

it.each([
  ['2024-02-29', true],
  ['0000-01-01', true],
  ['9999-12-31', true],
  ['2023-02-29', false],
  ['2024-02-30', false],
  ['2024-04-31', false],
  ['2024-13-01', false],
  ['2024-00-01', false],
  ['2024-01-00', false],
  ['2024-1-1', false],
  ['', false],
  ['today', false],
])('%s is a calendar day: %s', (day, isOne) => {
  expect(isCalendarDay(day)).toBe(isOne);
});

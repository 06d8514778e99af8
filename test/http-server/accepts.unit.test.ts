import { expect, it } from '@jest/globals';
import { accepts } from '../../src/http-server/accepts.ts';

it.each([
  ['gzip', true],
  ['br, GZIP', true],
  ['gzip;q=0.5', true],
  ['gzip ; q = 0.001', true],
  ['gzip;xq=0', true],
  ['gzip;q=0', false],
  ['gzip;q =0', false],
  ['gzip;q= 0', false],
  ['gzip; q=0.000', false],
  ['br;q=1, gzip;level=9;q=0', false],
  ['gzipped', false],
  ['x-gzip', false],
  ['', false],
  [undefined, false],
])('reads %j', (header, isAccepted) => {
  expect(accepts(header, 'gzip')).toBe(isAccepted);
});

import { describe, expect, it } from '@jest/globals';
import { splitPartnerCode } from '../../../src/profile-merge/matching/partner-code.ts';

const codeOf = (inside: string): string | undefined => splitPartnerCode(`fairmont (${inside})`)?.code;

describe('the code at the end of a name', () => {
  it('is split off, with what stands before it', () => {
    expect(splitPartnerCode('fairmont (agr-1234)')).toEqual({ rest: 'fairmont ', code: 'agr-1234' });
  });

  it.each(['(agr-1)', '[agr-1]', '{agr-1}', '【agr-1】', '〔agr-1〕', '( agr-1 )'])(
    'stands in brackets: %s',
    (code) => {
      expect(splitPartnerCode(`fairmont ${code}`)?.code).toBe('agr-1');
    },
  );

  it.each(['', 'fairmont', 'agr-1', 'agr-1)', '(agr-1]', '(agr-1) ltd', '(agr-1)', ' (agr-1)'])(
    'is not in %j',
    (name) => {
      expect(splitPartnerCode(name)).toBeNull();
    },
  );

  it.each([
    ['xy-1', 'xy-1'],
    ['xy-1/2.a_b', 'xy-1-2-a-b'],
    ['xy123', 'xy-123'],
    ['xy1-123', 'xy-1-123'],
    ['xy 12345', 'xy-12345'],
    ['12345', '-12345'],
    ['#123', '-123'],
    ['id 1', 'id-1'],
    ['vip1', 'vip-1'],
    ['no. 12345', undefined],
    ['spv-12345', undefined],
    ['fund 12345', undefined],
    ['x-1', undefined],
    ['x123', undefined],
    ['xy12', undefined],
    ['xy 123', undefined],
    ['xy.123', undefined],
    ['xy-1 b', undefined],
    ['xy', undefined],
    ['1234', undefined],
    ['-123', undefined],
    ['#12', undefined],
  ])('%j is %j', (inside, code) => {
    expect(codeOf(inside)).toBe(code);
  });

  it('is no longer than 48 characters with its brackets', () => {
    const inside = `agr-${'1'.repeat(8)}-${'a'.repeat(16)}-${'b'.repeat(16)}`;
    expect(inside).toHaveLength(46);
    expect(codeOf(inside)).toBe(inside);
    expect(codeOf(inside.replace('-1', '-11'))).toBeUndefined();
  });
});

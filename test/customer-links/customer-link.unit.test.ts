import { describe, expect, it } from '@jest/globals';
import { DamagedLink, readLink, UnreadableLink } from '../../src/customer-links/customer-link.ts';

const UUID = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const AT = '2026-01-01T00:00:00.000Z';
const ENTRY = { billingCustomerId: UUID, linkedAt: AT, linkedBy: 'jobs', endedAt: AT, endedBy: null };
const read = (...fields: (string | null)[]): unknown => readLink('P100', fields);

describe('a stored link', () => {
  it('is read with its history', () => {
    expect(read(UUID, AT, 'jobs', '7', JSON.stringify([ENTRY]))).toStrictEqual({
      customerId: 'P100',
      billingCustomerId: UUID,
      linkedAt: AT,
      linkedBy: 'jobs',
      history: [ENTRY],
    });
  });

  it('may lack everything but its billing customer', () => {
    const bare = { customerId: 'P100', billingCustomerId: UUID, linkedAt: '', linkedBy: null, history: [] };
    expect(read(UUID, null, null, null, null)).toStrictEqual(bare);
  });

  it('that lacks its billing customer is none', () => {
    expect(read(null, AT, 'jobs', '7', 'no history')).toBeNull();
  });

  it.each([[[]], [[UUID]], [[UUID, AT, 'jobs', '7']], [[UUID, AT, 'jobs', '7', '[]', 'more']]])(
    'is not read from an answer with other fields: %j',
    (fields) => {
      expect(() => readLink('P100', fields)).toThrow(new UnreadableLink('the answer is not a link'));
      expect(() => readLink('P100', fields)).not.toThrow(DamagedLink);
    },
  );

  it.each(['', 'cus_1', `${UUID} `, '00000000-0000-0000-0000-000000000000'])('is damaged with %j as its id', (id) => {
    expect(() => read(id, AT, null, '7', '[]')).toThrow(
      new DamagedLink('the stored link is not a billing customer id'),
    );
  });

  it('is damaged with a history that is not JSON', () => {
    for (const history of ['', '[', 'none'])
      expect(() => read(UUID, AT, null, '7', history)).toThrow(new DamagedLink('the stored history is not JSON'));
  });

  it('has no history when it is no list, and skips what is no entry of it', () => {
    expect(read(UUID, AT, null, '7', '{"0":{}}')).toMatchObject({ history: [] });
    expect(read(UUID, AT, null, '7', '[7,null,"x",[]]')).toMatchObject({ history: [] });
    const entry = { ...ENTRY, linkedBy: '', endedBy: 7, more: 1 };
    expect(read(UUID, AT, null, '7', JSON.stringify([null, entry]))).toMatchObject({
      history: [{ ...ENTRY, linkedBy: null, endedBy: '7' }],
    });
  });

  it('is damaged, and so cannot be read', () => {
    expect(new DamagedLink('x')).toBeInstanceOf(UnreadableLink);
  });
});

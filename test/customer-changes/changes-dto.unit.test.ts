import { describe, expect, it } from '@jest/globals';
import { SOURCE_NAMES } from '../../src/config/source-names.ts';
import { cursorOf } from '../../src/customer-changes/change-cursor.ts';
import { ChangesHeaders, ChangesQuery } from '../../src/customer-changes/changes.dto.ts';
import { CHANGE_TYPES } from '../../src/customer-changes/feed/change.ts';
import { CUSTOMER_ID_RULE } from '../../src/customer-ids/customer-ids.ts';
import { InputCheck } from '../../src/problems/input-check.ts';

const CURSOR = cursorOf({ epoch: 'abcdefghijkl', sequence: 7, check: '' });

const issuesOf = (query: object): readonly string[] => {
  const check = new InputCheck();
  check.values(ChangesQuery, 'query', query);
  return check.issues.map(({ name, detail }) => `${name ?? '-'} ${detail}`);
};

describe('a request for changes', () => {
  it('has defaults', () => {
    const check = new InputCheck();
    expect(check.values(ChangesQuery, 'query', {})).toEqual({ from: 'oldest', waitSeconds: '0', limit: '100' });
    expect(check.issues).toStrictEqual([]);
  });

  it.each<readonly [string, readonly string[], readonly unknown[], string]>([
    ['cursor', [CURSOR], ['', 'zq7', [CURSOR], 7], 'must be a cursor from an earlier answer'],
    ['from', ['oldest', 'newest'], ['', 'now', 'Oldest', ['newest']], 'must be oldest or newest'],
    ['waitSeconds', ['0', '9', '10', '19', '20', '25'], ['', '26', '30', '-1', '1.5', '00', '025', ' 5', '5 '], 'must be a whole number from 0 to 25'],
    ['limit', ['1', '9', '10', '999', '1000'], ['', '0', '1001', '01', '-1', '1.5', '10000', ' 5'], 'must be a whole number from 1 to 1000'],
    ['type', ['added', CHANGE_TYPES.join()], ['', 'zq7', 'added,', 'added,zq7', ['added'], 7], `must be a comma-separated list of: ${CHANGE_TYPES.join(', ')}`],
    ['source', ['reseller', SOURCE_NAMES.join()], ['', 'zq7', 'xero;stripe', ['xero']], `must be a comma-separated list of: ${SOURCE_NAMES.join(', ')}`],
    ['customerId', ['P100'], ['', '../x', ['P100']], CUSTOMER_ID_RULE],
  ])('may have %s', (name, right, wrong, rule) => {
    for (const value of right) expect([value, issuesOf({ [name]: value })]).toStrictEqual([value, []]);
    for (const value of wrong) expect([value, issuesOf({ [name]: value })]).toStrictEqual([value, [`${name} ${rule}`]]);
  }); // prettier-ignore

  it('may have the cursor in a header', () => {
    const read = (id: string): readonly unknown[] => {
      const check = new InputCheck();
      const headers = check.values(ChangesHeaders, 'header', { 'last-event-id': id, accept: '*/*' }, true);
      return [headers['last-event-id'], check.issues.map(({ name }) => name)];
    };
    expect(read(CURSOR)).toStrictEqual([CURSOR, []]);
    expect(read('zq7')).toStrictEqual([undefined, ['last-event-id']]);
  });
});

import { expect, it } from '@jest/globals';
import { BILLING_CUSTOMER_ID_RULE, CUSTOMER_ID_RULE } from '../../../src/customer-ids/customer-ids.ts';
import { ExportFilter, ImportQuery, LinkLine, LinksQuery } from '../../../src/customer-links/bulk/bulk-links.dto.ts';
import { cursorAfter } from '../../../src/customer-links/bulk/link-cursor.ts';
import { InputCheck } from '../../../src/problems/input-check.ts';

const UUID = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const CURSOR_RULE = 'must be the nextCursor of an earlier answer';

it.each<readonly [string, new () => object, string, readonly string[], readonly unknown[], string]>([
  ['a list', LinksQuery, 'billingCustomerId', [UUID], ['', 'zq7', [UUID]], BILLING_CUSTOMER_ID_RULE],
  ['a list', LinksQuery, 'limit', ['1', '1000'], ['', '0', '1001', ['1']], 'must be a whole number from 1 to 1000'],
  ['a list', LinksQuery, 'cursor', [cursorAfter('P100'), cursorAfter('Zoë-1')], ['', 'zq7', cursorAfter('../x'), [cursorAfter('P100')], 7], CURSOR_RULE],
  ['an export', ExportFilter, 'after', ['P100'], ['', '../x', ['P100']], CUSTOMER_ID_RULE],
  ['an import', ImportQuery, 'dryRun', ['true', 'false'], ['', 'TRUE', '1', ['true']], 'must be true or false'],
  ['a line', LinkLine, 'customerId', ['P100'], ['', 7], CUSTOMER_ID_RULE],
  ['a line', LinkLine, 'billingCustomerId', [UUID], ['', 7], BILLING_CUSTOMER_ID_RULE],
])('%s %p may have %s', (_title, type, name, right, wrong, rule) => {
  const others = type === LinkLine ? { customerId: 'P100', billingCustomerId: UUID } : {};
  const issuesOf = (value: unknown): readonly unknown[] => {
    const check = new InputCheck();
    check.values(type, 'query', { ...others, [name]: value });
    return check.issues;
  };
  for (const value of right) expect([value, issuesOf(value)]).toStrictEqual([value, []]);
  for (const value of wrong)
    expect([value, issuesOf(value)]).toStrictEqual([value, [{ in: 'query', name, detail: rule }]]);
}); // prettier-ignore

it('has defaults', () => {
  const read = (type: new () => object): object => ({ ...new InputCheck().values(type, 'query', {}) });
  expect(read(LinksQuery)).toStrictEqual({ billingCustomerId: undefined, limit: '100', cursor: undefined });
  expect(read(ExportFilter)).toStrictEqual({ after: undefined });
  expect(read(LinkLine)).toStrictEqual({
    customerId: '',
    billingCustomerId: '',
    linkedAt: undefined,
    linkedBy: undefined,
  });
  expect(read(ImportQuery)).toStrictEqual({ dryRun: 'false' });
});

import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readPlainUrl, readProfileUrl, type UrlQuery } from '../../../src/customer-profiles/request/profile-url.ts';
import { InputCheck } from '../../../src/problems/input-check.ts';
import { configWith } from '../../support/config-with.ts';

const config = configWith();
const ROUTE = '/v1/customer-profiles/';
const NIL = '00000000-0000-0000-0000-000000000000';

/** What the route reads of this URL; null when it refuses it. */
function readByRules(url: string): UrlQuery | null {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const params = { customerId: decodeURIComponent(pathname.slice(ROUTE.length)) };
  const names = [...new Set(searchParams.keys())];
  const query = Object.fromEntries(
    names.map((name) => [
      name,
      searchParams.getAll(name).length > 1 ? searchParams.getAll(name) : searchParams.get(name),
    ]),
  );
  const check = new InputCheck();
  const read = readProfileUrl({ params, query }, config, check);
  return check.issues.length === 0 ? read : null;
}

const ids = fc.oneof(
  fc.stringMatching(/^[\dA-Za-z-]{1,42}$/),
  fc.constantFrom('Zoë-1', encodeURIComponent('Zoë-1'), 'a%20b', '%41BCD'),
);
const uuids = fc.oneof(
  fc.uuid(),
  fc.uuid().map((id) => id.toUpperCase()),
  fc.stringMatching(/^[\dA-Fa-f-]{30,40}$/),
  fc.constantFrom(NIL, '', '%33fa85f64-5717-4562-b3fc-2c963f66afa6'),
);
const queries = fc.oneof(
  { weight: 3, arbitrary: uuids.map((id) => `?billingCustomerId=${id}`) },
  fc.constantFrom('', '?', '?view=provenance', '?billingcustomerid=1', '?budgetMs=5'),
  uuids.map((id) => `?billingCustomerId=${id}&billingCustomerId=${id}`),
  uuids.map((id) => `?billingCustomerId=${id}&fields=name`),
);

it('a URL that is read as a plain one means the same by the rules of its route', () => {
  const plain = readByRules(`${ROUTE}any-one`);
  let found = 0;
  fc.assert(
    fc.property(ids, queries, (id, query) => {
      const url = ROUTE + id + query;
      const read = readPlainUrl(url);
      if (!read) return;
      found += 1;
      expect({ ...plain, ...read }).toEqual(readByRules(url));
    }),
    { numRuns: 2000 },
  );
  expect(found).toBeGreaterThan(100);
});

it('a read that names a customer, or also a billing customer, is plain', () => {
  const billingCustomerId = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
  expect(readPlainUrl(`${ROUTE}9876543210`)).toEqual({ customerId: '9876543210', billingCustomerId: null });
  expect(readPlainUrl(`${ROUTE}P-1234?billingCustomerId=${billingCustomerId.toUpperCase()}`)).toEqual({
    customerId: 'P-1234',
    billingCustomerId,
  });
});

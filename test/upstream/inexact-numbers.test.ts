import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { type Service } from '../support/service.ts';
import { quietAgain } from '../support/shared-service.ts';
import { failedAttempts, linkedCustomer, sourceOf } from './reading.ts';

const REASON = 'a number has too many digits';
const NUMBERS = ['12345678901234567890', '1e21', '9007199254740993', '0.12345678901234567890', '1e400', '0.0000001'];
const BILLING_ID = '3fa85f64-5717-4562-b3fc-2c963f66afa6';

let stack: Stack;
let service: Service;

beforeAll(async () => {
  stack = await startStack();
  service = await stack.start({ LINK_RESOLVERS: 'request,billing-external-id' });
});

afterEach(async () => {
  stack.sandbox.faults.clear();
  await quietAgain(service);
});

afterAll(async () => {
  await service.close();
  await stack.close();
});

/** The fields of the reseller's customer in which a number is read, as JSON with a place for it. */
const RESELLER_FIELDS = [
  '"externalReferenceId":#', '"resellerId":#', '"status":#', '"cotermDate":#', '"creationDate":#', '"tags":["a",#]',
  '"companyProfile":{"companyName":#}', '"companyProfile":{"address":{"postalCode":#}}', '"companyProfile":{"contacts":[{"phoneNumber":#}]}',
  '"discounts":[{"offerType":"LICENSE","level":#}]', '"benefits":[{"type":#}]', '"linkedMembership":{"id":#}',
  '"linkedMembership":[{"id":"1"},{"id":#}]',
  '"benefits":[{"type":"THREE_YEAR_COMMIT","commitment":{"minimumQuantities":[{"quantity":#}]}}]',
  '"benefits":[{"type":"THREE_YEAR_COMMIT","commitmentRequest":{"minimumQuantities":[{"quantity":"#"}]}}]',
]; // prettier-ignore

/** How a number is found does not depend on the field, nor on the number. */
const IN_ALL_FIELDS = ['12345678901234567890', '1e400'];

describe.each(NUMBERS)('the number %s', (number) => {
  const fields = IN_ALL_FIELDS.includes(number) ? RESELLER_FIELDS : RESELLER_FIELDS.filter((_, at) => at % 5 === 0);

  it.each(fields)('in %s of a customer makes the answer malformed (W9)', async (field) => {
    // Text is no number, unless a number is due.
    const one = stack.newCustomer('no-billing-customer');
    const body = `{"customerId":"${one.resource.customerId}",${field.replace('#', number)}}`;
    stack.sandbox.faults.set('reseller', { kind: 'body', body });
    const answer = await service.http.get(profilePath(one)).expect(502);
    expect(answer.body).toMatchObject({ source: 'reseller', state: 'malformed' });
    expect(failedAttempts(service, 'reseller')).toMatchObject([{ reason: REASON }]);
  });

  it.each(['reference_id', 'customer_name', 'email'])(
    'as %s of a connector makes its answer malformed',
    async (field) => {
      stack.sandbox.faults.set('stripe', { kind: 'body', body: `{"connector_name":"stripe","${field}":${number}}` });
      const { body } = await service.http.get(linkedCustomer(stack).path).expect(200);
      expect(body.complete).toBe(false);
      expect(sourceOf(body, 'stripe')).toMatchObject({ state: 'malformed' });
    },
  );

  it.each(['data', 'results'])('as id or external_id in a list under %s makes the list malformed', async (key) => {
    const { resource } = stack.newCustomer('no-billing-customer');
    const path = `/v1/customer-profiles/${resource.customerId}`;
    for (const customer of [
      `{"id":${number},"external_id":"${resource.customerId}"}`,
      `{"id":"${BILLING_ID}","external_id":${number}}`,
    ]) {
      stack.sandbox.faults.set('billingCustomers', { kind: 'body', body: `{"${key}":[${customer}]}` });
      const { body } = await service.http.get(path).set('Cache-Control', 'no-cache').expect(200);
      expect(sourceOf(body, 'billing')).toMatchObject({ state: 'malformed' });
    }
  });

  it('in a field that is not read does no harm, nor does it inside a text', async () => {
    const one = stack.newCustomer('no-billing-customer');
    const { customerId } = one.resource;
    const body = `{"customerId":"${customerId}","score":${number},"links":{"n":[${number}]},"externalReferenceId":"a: ${number}","tags":["[${number}"]}`;
    stack.sandbox.faults.set('reseller', { kind: 'body', body });
    const answer = await service.http.get(profilePath(one)).expect(200);
    expect(answer.body.account).toMatchObject({ externalReferenceId: `a: ${number}`, tags: [`[${number}`] });
  });
});

it('a customerId that is such a number is malformed, and never another customer (W9)', async () => {
  const one = { ...stack.newCustomer('no-billing-customer') };
  const path = profilePath({ ...one, resource: { ...one.resource, customerId: '12345678901234567000' } });
  stack.sandbox.customers.put({ ...one, resource: { ...one.resource, customerId: '12345678901234567000' } });
  stack.sandbox.faults.set('reseller', { kind: 'body', body: '{"customerId":12345678901234567890}' });
  const { body } = await service.http.get(path).expect(502);
  expect(body.state).toBe('malformed');
});

it('numbers that are kept are read with all their digits', async () => {
  stack.sandbox.faults.set('stripe', {
    kind: 'body',
    body: '{"connector_name":"stripe","reference_id":9007199254740991}',
  });
  const { body } = await service.http.get(linkedCustomer(stack).path).expect(200);
  expect(body.connectors[0]).toMatchObject({ state: 'linked', referenceId: '9007199254740991' });
});

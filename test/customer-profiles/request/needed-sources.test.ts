import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_POLICY, policyContent } from '../../../src/config/merge-policy/merge-policy.ts';
import { FIELD_NAMES } from '../../../src/customer-profiles/answers/profile-fields.ts';
import {
  EVERY_CONNECTOR_ASKED_ONCE,
  linkedAs,
  openStage,
  type Stage,
  type StagedCustomer,
} from '../../profile-cache/stage.ts';
import { type Service } from '../../support/service.ts';

const folder = mkdtempSync(join(tmpdir(), 'needed-sources-'));
const EVERYTHING = { reseller: 1, ...EVERY_CONNECTOR_ASKED_ONCE };
const usual = policyContent(DEFAULT_POLICY);
const policy = {
  ...usual,
  version: 'some',
  fields: { ...usual.fields, name: { sources: ['reseller'] }, email: { sources: ['xero', 'stripe'] } },
};

let stage: Stage;
let service: Service;
let withPolicy: Service;
let customer: StagedCustomer;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
  const file = join(folder, 'policy.json');
  writeFileSync(file, JSON.stringify(policy));
  withPolicy = await stage.service({ PROFILE_POLICY_FILE: file });
});

beforeEach(() => {
  customer = stage.customer({ stripe: linkedAs('cus_1'), xero: linkedAs('xero_1') });
});

afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true });
});

describe('fields says which sources are asked (A10)', () => {
  it.each([
    ['connectors.stripe', '', { stripe: 1 }],
    ['connectors.stripe,connectors.xero', '', { stripe: 1, xero: 1 }],
    ['connectors', '', EVERY_CONNECTOR_ASKED_ONCE],
    ['account', '', { reseller: 1 }],
    ['account.tags,connectors.stripe', '', { reseller: 1, stripe: 1 }],
    ['billingCustomerId', '', {}],
    ['name', '', EVERYTHING],
    ['address.city', '', EVERYTHING],
    ['conflicts', '', EVERYTHING],
    ['complete', '', EVERYTHING],
    ['connectors.stripe', '&connectors=stripe,xero', { stripe: 1, xero: 1 }],
    ['connectors.stripe', '&require=reseller,xero', { reseller: 1, stripe: 1, xero: 1 }],
  ])('fields=%s%s', async (fields, more, calls) => {
    await service.http.get(`${customer.path}&fields=${fields}${more}`).expect(200);
    expect(customer.calls()).toEqual(calls);
  });

  it.each([
    ['name', { reseller: 1 }],
    ['email', { stripe: 1, xero: 1 }],
    ['name,email', { reseller: 1, stripe: 1, xero: 1 }],
    ['phoneNumber', EVERYTHING],
  ])('fields=%s, by a merge policy', async (fields, calls) => {
    await withPolicy.http.get(`${customer.path}&fields=${fields}`).expect(200);
    expect(customer.calls()).toEqual(calls);
  });

  it.each(FIELD_NAMES)('and %s has the value that the whole record has', async (field) => {
    for (const { http } of [service, withPolicy]) {
      const { body: whole } = await http.get(customer.path).expect(200);
      const { body: cut } = await http.get(`${customer.path}&fields=${field}`).set('cache-control', 'no-cache');
      const [top = ''] = field.split('.');
      if (top === 'sources') continue; // When each was asked differs.
      if (field === top && top !== 'connectors') expect(cut[top]).toEqual(whole[top]);
      else expect(whole[top]).toMatchObject(Array.isArray(cut[top]) ? expect.arrayContaining(cut[top]) : cut[top]);
    }
  });

  it('a source that is not asked fails nothing', async () => {
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 500 });
    const { body } = await service.http.get(`${customer.path}&fields=connectors.stripe`).expect(200);
    stage.sandbox.faults.clear();
    expect(body).toMatchObject({ complete: true, connectors: [{ name: 'stripe', state: 'linked' }] });
  });
});

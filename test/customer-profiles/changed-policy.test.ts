import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { customer } from '../../sandbox/customers/customers.ts';
import { DEFAULT_POLICY, policyContent } from '../../src/config/merge-policy/merge-policy.ts';
import { settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';
import { profilePath, type Stack, startStack } from './stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'changed-policy-'));
const path = join(folder, 'policy.json');
const usual = policyContent(DEFAULT_POLICY);
const sources = ['stripe', 'connectors', 'reseller'];
const profile = profilePath(customer('fully-linked'));

let stack: Stack;
let before: Service;
let after: Service;

beforeAll(async () => {
  // The same version stated as the default's: the content alone makes it another.
  writeFileSync(path, JSON.stringify({ ...usual, fields: { ...usual.fields, name: { sources } } }));
  stack = await startStack();
  before = await stack.start();
  after = await stack.start({ PROFILE_POLICY_FILE: path });
});

afterAll(async () => {
  await Promise.all([before.close(), after.close()]);
  await stack.close();
  rmSync(folder, { recursive: true });
});

const callsSoFar = (): number => stack.sandbox.traffic.requests.length;

describe('a changed policy', () => {
  it('merges the cached parts again, without asking a source, and gives the answer another ETag', async () => {
    const first = await before.http.get(profile).expect(200);
    expect(first.body.name).toBe('Fairmont');
    const calls = callsSoFar();
    // The entry is written behind the answer.
    await settled(before);
    const second = await after.http.get(profile).set('cache-control', 'only-if-cached').expect(200);
    expect(second.body.name).toBe('Acme Corporation');
    expect(second.body.account).toEqual(first.body.account);
    expect(callsSoFar()).toBe(calls);
    expect(second.headers.etag).not.toBe(first.headers.etag);
    await after.http
      .get(profile)
      .set('if-none-match', first.headers.etag ?? '')
      .expect(200);
    await before.http
      .get(profile)
      .set('if-none-match', first.headers.etag ?? '')
      .expect(304);
  });

  it('is shown in the provenance, beside the time of each source’s answer', async () => {
    const { body } = await after.http.get(`${profile}&view=provenance&fields=name,email`).expect(200);
    expect(body.provenance).toEqual({
      name: expect.objectContaining({ source: 'stripe', stale: false, rule: 'source-order' }),
      email: expect.objectContaining({ source: 'reseller', stale: false, rule: 'source-order' }),
    });
    for (const time of ['fetchedAt', 'checkedAt', 'changedAt'])
      expect(body.provenance.name[time]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });
});

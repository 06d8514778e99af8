import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { customer } from '../../sandbox/customers/customers.ts';
import { type Explanation } from '../../src/explanations/explanation.schema.ts';
import { profilePath, type Stack, startStack } from '../customer-profiles/stack.ts';
import { pass, settled } from '../support/passing-time.ts';
import { type Service } from '../support/service.ts';

const KEYS = 'support:key-of-the-support-tool,reader:key-of-a-values-reader';
const support = { 'x-api-key': 'key-of-the-support-tool' };
const reader = { 'x-api-key': 'key-of-a-values-reader' };
const root = new URL('../../', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'explanation-'));
const variables = { AUTH_MODE: 'api-key', API_KEYS: KEYS };

let stack: Stack;
let service: Service;
let other: Service;

beforeAll(async () => {
  stack = await startStack();
  [service, other] = await Promise.all([stack.start(variables), stack.start(variables)]);
});

beforeEach(() => {
  stack.sandbox.faults.clear();
});

afterAll(async () => {
  await Promise.all([service.close(), other.close()]);
  await stack.close();
  rmSync(folder, { recursive: true });
});

type Customer = ReturnType<Stack['newCustomer']>;
const explanationPath = (one: Customer, more = ''): string => profilePath(one, more, '/explanation');

async function explained(one: Customer, by = reader, on = service): Promise<Explanation> {
  const { body, headers } = await on.http
    .get(explanationPath(one, by === reader ? 'values=true' : ''))
    .set(by)
    .expect(200);
  expect(headers['cache-control']).toBe('no-store');
  return body as Explanation;
}

async function readAndKept(one: Customer, by = service): Promise<Record<string, unknown>> {
  const { body } = await by.http.get(profilePath(one)).set(reader).expect(200);
  await settled(by);
  expect((await explained(one, reader, other)).cache.level).toBe('redis');
  return body as Record<string, unknown>;
}

const partOf = ({ parts }: Explanation, name: string): Explanation['parts'][number] | undefined =>
  parts.find(({ source }) => source === name);

describe('GET …/explanation', () => {
  it('says that every part is absent, and what a read would ask, when nothing is cached', async () => {
    const one = stack.newCustomer('fully-linked');
    stack.sandbox.traffic.reset();
    const explanation = await explained(one);
    expect(explanation).toMatchObject({ cache: { level: 'none', redis: 'answered' }, billingCustomerId: null });
    expect(new Set(explanation.parts.map(({ state }) => state))).toEqual(new Set(['absent']));
    expect(explanation.parts).toHaveLength(13);
    for (const { refresh } of explanation.parts) expect(refresh).toEqual({ asked: true, why: 'absent' });
    expect(stack.sandbox.traffic.requests).toEqual([]);
  });

  it('with values=true shows values, rules and losers as the profile has them, and asks no source', async () => {
    const one = stack.newCustomer('fully-linked');
    const profile = await readAndKept(one);
    stack.sandbox.traffic.reset();
    const explanation = await explained(one);
    expect(stack.sandbox.traffic.requests).toEqual([]);
    expect(explanation.valuesShown).toBe(true);
    expect(explanation.billingCustomerId).toBe(one.billingCustomerId);
    expect(explanation.identity).toEqual(profile.identity);
    const { fields } = explanation;
    const shown = { name: fields.name.value, email: fields.email.value, address: fields.address.value };
    expect(shown).toEqual({ name: profile.name, email: profile.email, address: profile.address });
    const conflicts = (profile.conflicts as { field: 'name' | 'email'; losers: unknown }[]).map(({ field, losers }) => [field, losers]); // prettier-ignore
    expect(conflicts.length).toBeGreaterThan(0);
    for (const [field, losers] of conflicts) expect(fields[field as 'name'].losers).toEqual(losers);
    expect(partOf(explanation, 'stripe')).toMatchObject({ state: 'linked', breaker: 'closed', failure: null });
    expect(partOf(explanation, 'stripe')?.refresh).toEqual({ asked: false, why: 'fresh' });
    expect(partOf(explanation, 'billing')).toMatchObject({ state: 'linked', breaker: null });
  });

  it('else hides every value, and keeps states, rules and verdict', async () => {
    const one = stack.newCustomer('fully-linked');
    await readAndKept(one);
    const [open, hidden] = [await explained(one, reader), await explained(one, support)];
    expect(hidden.valuesShown).toBe(false);
    const text = JSON.stringify(hidden);
    const { name, email, phoneNumber } = open.fields;
    const reference = (partOf(open, 'stripe')?.value as { referenceId: string }).referenceId;
    const secrets = [name.value, email.value, phoneNumber.value, reference, one.billingCustomerId];
    for (const secret of [...secrets, ...name.losers.map(({ value }) => value)]) {
      expect(typeof secret).toBe('string');
      expect(text).not.toContain(secret);
    }
    expect(hidden.identity).toEqual(open.identity);
    for (const field of ['name', 'email', 'phoneNumber', 'address'] as const) {
      const [{ rule, source, losers }, shape] = [open.fields[field], hidden.fields[field]];
      expect(shape).toMatchObject({ rule, source });
      expect(shape.losers.map((loser) => loser.source)).toEqual(losers.map((loser) => loser.source));
      expect(shape.value === null).toBe(open.fields[field].value === null);
    }
  });

  it('says when a source that fails for one customer has answered for another', async () => {
    const [one, other] = [stack.newCustomer('fully-linked'), stack.newCustomer('fully-linked')];
    const own = await stack.start(variables);
    stack.sandbox.faults.set('stripe', { kind: 'status', status: 501 });
    await readAndKept(one, own);
    expect(partOf(await explained(one, reader, own), 'stripe')?.lastAnswerAt).toBeNull();
    stack.sandbox.faults.clear();
    await pass(1000, own);
    await readAndKept(other, own);
    stack.sandbox.faults.set('stripe', { kind: 'status', status: 501 });
    await pass(11_000, own);
    await readAndKept(one, own);
    const { failure, lastAnswerAt } = partOf(await explained(one, reader, own), 'stripe') ?? {};
    const [since, answered, at] = [failure?.since, lastAnswerAt, failure?.at].map((time) => Date.parse(time ?? ''));
    expect([Number(answered) - Number(since), Number(at) - Number(answered)]).toEqual([1000, 11_000]);
    expect(failure?.attempts).toBe(2);
    await own.close();
  });

  it('shows a failure with its attempts, and the time of the next', async () => {
    const one = stack.newCustomer('fully-linked');
    const own = await stack.start(variables);
    await readAndKept(one, own);
    stack.sandbox.faults.set('stripe', { kind: 'status', status: 501 });
    own.clock.advance(1);
    await own.http.get(profilePath(one)).set({ ...reader, 'cache-control': 'no-cache' }).expect(200); // prettier-ignore
    await settled(own);
    const { failure, refresh, state } = partOf(await explained(one, reader, own), 'stripe') ?? {};
    expect({ state, refresh }).toEqual({ state: 'linked', refresh: { asked: false, why: 'failed_recently' } });
    expect(failure).toMatchObject({ state: 'upstream_error', status: 501, attempts: 1 });
    expect(failure?.retryInSeconds).toBe(10);
    await pass(11_000, own);
    expect(partOf(await explained(one, reader, own), 'stripe')?.refresh).toEqual({ asked: true, why: 'retry' });
    await pass(400_000, own);
    const later = await explained(one, reader, own);
    await own.close();
    expect(partOf(later, 'reseller')?.refresh).toEqual({ asked: true, why: 'due' });
    expect(partOf(later, 'reseller')?.ageSeconds).toBe(411);
    expect(partOf(later, 'reseller')).toMatchObject({ freshForSeconds: 0 });
  });

  it('says of an unlinked customer that connectors are not asked without a link', async () => {
    const one = stack.newCustomer('fully-linked');
    const path = `/v1/customer-profiles/${one.resource.customerId}`;
    await service.http.get(path).set(reader).expect(200);
    const { body } = await service.http.get(`${path}/explanation`).set(reader).expect(200);
    expect(partOf(body as Explanation, 'billing')).toMatchObject({ state: 'unlinked' });
    expect(partOf(body as Explanation, 'xero')).toMatchObject({
      state: 'absent',
      refresh: { asked: false, why: 'no_link' },
    });
  });

  it('says of an unknown customer that no other source is asked', async () => {
    const path = '/v1/customer-profiles/404040404040';
    await service.http.get(path).set(reader).expect(404);
    const { body } = await service.http.get(`${path}/explanation`).set(reader).expect(200);
    expect(partOf(body as Explanation, 'reseller')).toMatchObject({ state: 'customer_unknown' });
    expect(partOf(body as Explanation, 'billing')?.refresh).toEqual({ asked: false, why: 'customer_unknown' });
  });

  it.each([
    ['bundle=zq8', 'bundle'],
    ['values=zq8', 'values'],
    ['billingCustomerId=zq8', 'billingCustomerId'],
    ['fields=name', undefined],
  ])('refuses %s', async (query, name) => {
    const path = `/v1/customer-profiles/${customer('fully-linked').resource.customerId}/explanation?${query}`;
    const { body } = await service.http.get(path).set(reader).expect(400);
    expect(body).toMatchObject({ errors: [{ in: 'query' }] });
    expect((body as { errors: { name?: string }[] }).errors[0]?.name).toBe(name);
  });
});

describe('bundle=true', () => {
  function replay(name: string, bundle: unknown): Record<string, unknown> {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(bundle));
    const options = { cwd: root, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, ['tools/replay.ts', path], options);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  it('replays to the bytes of the profile; redacted, to the same conflicts, rules and verdict', async () => {
    const one = stack.newCustomer('fully-linked');
    const { text, body } = await service.http.get(profilePath(one)).set(reader).expect(200);
    const whole = await service.http.get(explanationPath(one, 'bundle=true&values=true')).set(reader).expect(200);
    expect(whole.body).toMatchObject({ bundle: 1, redacted: false });
    expect(JSON.stringify(replay('whole.json', whole.body))).toBe(text);
    const redacted = await service.http.get(explanationPath(one, 'bundle=true')).set(support).expect(200);
    expect(redacted.body).toMatchObject({ bundle: 1, redacted: true });
    expect(redacted.text).not.toContain(one.billingCustomerId);
    expect(redacted.text).not.toContain((body as { email: string }).email);
    const { identity, sources, conflicts } = replay('redacted.json', redacted.body);
    const shapes = (all: unknown): unknown =>
      (all as { field: string; rule: string; losers: { source: string }[] }[]).map(({ field, rule, losers }) => [field, rule, losers.map(({ source }) => source)]); // prettier-ignore
    expect({ identity, sources }).toEqual({ identity: body.identity, sources: body.sources });
    expect(shapes(conflicts)).toEqual(shapes(body.conflicts));
  });
});

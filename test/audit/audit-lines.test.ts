import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditLog, MAX_WAITING_LINES } from '../../src/audit/audit-log.ts';
import { sha256 } from '../../src/config/callers/callers.ts';
import { metric, openStage, type Stage } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const folder = mkdtempSync(join(tmpdir(), 'audit-'));
const WRITER = { 'x-api-key': 'key-of-the-link-writer' };
const SUPPORT = { 'x-api-key': 'key-of-the-support-tool' };
const OPERATOR = { 'x-api-key': 'key-of-an-operator' };
const callers = [
  { name: 'writer', keySha256: sha256(WRITER['x-api-key']), rights: ['links:write', 'links:read', 'profiles:refresh'] },
  { name: 'support', keySha256: sha256(SUPPORT['x-api-key']), rights: ['explanations:read', 'profiles:read'] },
  { name: 'operator', keySha256: sha256(OPERATOR['x-api-key']), rights: ['explanations:read'] },
];

let stage: Stage;
let service: Service;
let seen = 0;

beforeAll(async () => {
  const file = join(folder, 'callers.json');
  writeFileSync(file, JSON.stringify({ callers }));
  stage = await openStage();
  service = await stage.service({ AUTH_MODE: 'api-key', CALLERS_FILE: file });
});

beforeEach(() => {
  seen = service.log.length;
});

afterAll(async () => {
  await stage.close();
  rmSync(folder, { recursive: true });
});

const auditLines = (from: Service = service): Record<string, unknown>[] =>
  from.log.slice(from === service ? seen : 0).filter(({ name }) => name === 'audit');
const linkOf = ({ customerId }: { customerId: string }): string => `/v1/customer-links/${customerId}`;

describe('an audit line', () => {
  it('names caller, right, organisation, customer, request and outcome of each change of a link', async () => {
    const { customerId, billingCustomerId } = stage.customer();
    const path = linkOf({ customerId });
    await service.http
      .put(path)
      .set({ ...WRITER, 'x-request-id': 'r-put' })
      .send({ billingCustomerId })
      .expect(201);
    await service.http
      .put(path)
      .set({ ...WRITER, 'if-none-match': '*' })
      .send({ billingCustomerId })
      .expect(412);
    await service.http.delete(path).set(WRITER).expect(204);
    const common = {
      level: 'info',
      service: 'customer-profiles',
      right: 'links:write',
      caller: 'writer',
      customerId,
      organisation: service.log.findLast(({ caller }) => caller === 'writer')?.organisation,
    };
    expect(auditLines()).toMatchObject([
      { ...common, operation: 'PUT /v1/customer-links/:customerId', requestId: 'r-put', outcome: 'succeeded' },
      { ...common, operation: 'PUT /v1/customer-links/:customerId', outcome: 'precondition_failed' },
      { ...common, operation: 'DELETE /v1/customer-links/:customerId', outcome: 'succeeded' },
    ]);
    expect(auditLines()[0]?.time).toMatch(/^\d{4}-.*Z$/);
  });

  it('is left by each line of an import that is no dry run, and by none that is refused', async () => {
    const [one, other] = [stage.customer(), stage.customer()];
    const line = ({ customerId, billingCustomerId }: typeof one): string =>
      JSON.stringify({ customerId, billingCustomerId });
    const file = [line(one), line(other), '{}'].join('\n');
    const post = (query: string): Promise<unknown> =>
      service.http
        .post(`/v1/customer-links/import${query}`)
        .set({ ...WRITER, 'content-type': 'application/x-ndjson' })
        .send(file)
        .expect(200)
        .then();
    await post('?dryRun=true');
    expect(auditLines()).toEqual([]);
    await post('');
    const operation = 'POST /v1/customer-links/import';
    expect(auditLines().map((each) => [each.customerId, each.outcome, each.operation])).toEqual(
      expect.arrayContaining([
        [one.customerId, 'created', operation],
        [other.customerId, 'created', operation],
      ]),
    );
    expect(auditLines()).toHaveLength(2);
  });

  it('is left when a cached profile is dropped', async () => {
    const { customerId } = stage.customer();
    await service.http.delete(`/v1/customer-profiles/${customerId}/cache`).set(WRITER).expect(204);
    expect(auditLines()).toMatchObject([{ right: 'profiles:refresh', customerId, outcome: 'succeeded' }]);
  });

  it('is left by an explanation with values, and not by one without', async () => {
    const { customerId } = stage.customer();
    const path = `/v1/customer-profiles/${customerId}/explanation`;
    await service.http.get(path).set(SUPPORT).expect(200);
    expect(auditLines()).toEqual([]);
    await service.http.get(`${path}?values=true`).set(SUPPORT).expect(200);
    expect(auditLines()).toMatchObject([{ right: 'profiles:read', caller: 'support', customerId }]);
  });

  it('has no id that breaks the rules of an id', async () => {
    await service.http.put('/v1/customer-links/no@id').set(WRITER).send({}).expect(400);
    expect(auditLines()).toMatchObject([{ outcome: 'invalid_request' }]);
    expect(auditLines()[0]).not.toHaveProperty('customerId');
  });

  it('is written at any LOG_LEVEL', async () => {
    const quiet = await startService(sandboxVariables(stage.sandbox.url, { LOG_LEVEL: 'fatal' }));
    const { customerId, billingCustomerId } = stage.customer();
    await quiet.http.put(linkOf({ customerId })).send({ billingCustomerId }).expect(503);
    expect(quiet.log).toMatchObject([{ name: 'audit', caller: 'anonymous', outcome: 'link_store_unavailable' }]);
    await quiet.close();
  });
});

describe('values=true', () => {
  it('needs the right profiles:read, and says so', async () => {
    const { customerId } = stage.customer();
    const { body } = await service.http
      .get(`/v1/customer-profiles/${customerId}/explanation?values=true`)
      .set(OPERATOR)
      .expect(403);
    expect(body).toMatchObject({ code: 'forbidden', right: 'profiles:read' });
    expect(auditLines()).toMatchObject([{ caller: 'operator', outcome: 'forbidden' }]);
  });
});

describe('while too many audit lines wait', () => {
  it('nothing is done unaudited: 503, a count, and one line that is written makes room', async () => {
    const { customerId, billingCustomerId } = stage.customer();
    const audit = service.app.get(AuditLog, { strict: false });
    const action = { operation: 'x', right: 'links:write', caller: 'x', organisation: 'x', requestId: 'x' } as const;
    const ends = Array.from({ length: MAX_WAITING_LINES }, () => audit.begin(action));
    const put = (): Promise<{ status: number; body: unknown; headers: Record<string, string> }> =>
      service.http.put(linkOf({ customerId })).set(WRITER).send({ billingCustomerId }).then();
    const { status, body, headers } = await put();
    expect({ status, body, retryAfter: headers['retry-after'] }).toMatchObject({
      status: 503,
      body: { code: 'audit_unavailable' },
      retryAfter: '5',
    });
    const imported = await service.http
      .post('/v1/customer-links/import')
      .set({ ...WRITER, 'content-type': 'application/x-ndjson' })
      .send(JSON.stringify({ customerId, billingCustomerId }))
      .expect(200);
    expect(imported.text).toContain('"outcome":"failed","code":"audit_unavailable"');
    await service.http.get(linkOf({ customerId })).set(WRITER).expect(404);
    expect(await metric(service, 'audit_refusals_total')).toBe(2);
    ends[0]?.('succeeded');
    expect((await put()).status).toBe(201);
    for (const end of ends.slice(1)) end('succeeded');
  });

  it('a list is invalidated as a whole or not at all, and a refused one keeps no room in the audit queue', async () => {
    const customerIds = Array.from({ length: 3 }, () => stage.customer().customerId);
    const audit = service.app.get(AuditLog, { strict: false });
    const action = { operation: 'x', right: 'links:write', caller: 'x', organisation: 'x', requestId: 'x' } as const;
    let ends: ReturnType<typeof audit.beginAll> = [];
    await eventually('the lines of before are written', () => {
      try {
        ends = audit.beginAll(Array.from({ length: MAX_WAITING_LINES }, () => action));
      } catch {
        return false;
      }
      return true;
    });
    for (const end of ends.slice(0, 2)) end('succeeded');
    const invalidate = (): Promise<{ status: number }> =>
      service.http.post('/v1/invalidations').set(WRITER).send({ customerIds }).then();
    const before = service.log.length;
    expect((await invalidate()).status).toBe(503);
    const later = service.log.slice(before).filter(({ name }) => name === 'audit');
    expect(later.filter(({ customerId }) => customerId !== undefined)).toStrictEqual([]);
    ends[2]?.('succeeded');
    expect((await invalidate()).status).toBe(202);
    for (const end of ends.slice(3)) end('succeeded');
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ProfileQueries } from '../../../src/customer-profiles/request/profile-queries.ts';
import { linkedAs, openStage, type Stage } from '../../profile-cache/stage.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { pass, settled } from '../../support/passing-time.ts';
import { type Service } from '../../support/service.ts';
import { below, exported, only, tracedTo } from './tracing.ts';

const PROFILE = 'GET /v1/customer-profiles/{customerId}';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

let stage: Stage;
let receiver: OtlpReceiver;
let service: Service;

beforeAll(async () => {
  [stage, receiver] = await Promise.all([openStage(), startOtlpReceiver()]);
  const more = { CACHE_REFRESH_WAIT_MS: '0', OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=caf%C3%A9' };
  service = await stage.service(tracedTo(receiver, more));
});

beforeEach(async () => {
  stage.sandbox.faults.clear();
  await exported(service, receiver);
  receiver.clear();
});

afterAll(async () => {
  await stage.close();
  await receiver.close();
});

describe('a cold read', () => {
  it('is a span with its plan, above its refresh, its attempts, its questions to Redis and its merge', async () => {
    const customer = stage.customer({ stripe: linkedAs('cus_traced') });
    await service.http.get(customer.path).expect(200);
    const spans = await exported(service, receiver);
    const request = only(spans, PROFILE);
    expect(request).toMatchObject({ kind: 2, isError: false });
    expect(request.parentSpanId).toBeUndefined();
    expect(request.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.route': '/v1/customer-profiles/{customerId}',
      'http.response.status_code': 200,
      'url.scheme': 'http',
      'customer_profile.cache.outcome': 'miss',
      'customer_profile.complete': true,
      'customer_profile.plan.serve': 'nothing',
      'customer_profile.plan.reason': 'miss',
    });
    expect(request.attributes['customer_profile.plan.fetch']).toEqual(expect.arrayContaining(['reseller', 'stripe']));
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([request.traceId]));
    const refresh = only(below(spans, request), 'refresh');
    expect(refresh.attributes).toMatchObject({
      'customer_profile.refresh.kind': 'single',
      'customer_profile.refresh.reason': 'miss',
    });
    const attempt = only(below(spans, refresh), 'billing get_connector_stripe');
    expect(attempt).toMatchObject({
      kind: 3,
      attributes: {
        'http.request.method': 'GET',
        'customer_profile.upstream': 'billing',
        'customer_profile.upstream.operation': 'get_connector_stripe',
        'customer_profile.upstream.attempt': 1,
        'customer_profile.upstream.breaker': 'closed',
        'customer_profile.upstream.state': 'linked',
      },
    });
    expect(below(spans, refresh).filter(({ name }) => name.startsWith('billing get_connector_'))).toHaveLength(11);
    expect(below(spans, refresh).map(({ name }) => name)).toContain('reseller get_customer');
    expect(below(spans, refresh).map(({ name }) => name)).toContain('merge');
    const asked = spans.filter(({ attributes }) => attributes['db.system.name'] === 'redis');
    expect(asked.filter(({ parentSpanId }) => parentSpanId === request.spanId).length).toBeGreaterThan(0);
    expect(asked.filter(({ parentSpanId }) => parentSpanId === refresh.spanId).length).toBeGreaterThan(1);
    for (const { name, kind, attributes } of asked)
      expect({ name, kind }).toEqual({ name: `redis ${String(attributes['db.operation.name'])}`, kind: 3 });
  });

  it('merges once, for the answer, the cache and the change feed', async () => {
    const { customerId, billingCustomerId, unlinkedPath } = stage.customer({ stripe: linkedAs('cus_merged') });
    await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId }).expect(201);
    await exported(service, receiver);
    receiver.clear();
    await service.http.get(unlinkedPath).expect(200);
    await settled(service);
    const events = await service.http.get(`/v1/customer-profile-changes?customerId=${customerId}`).expect(200);
    expect((events.body as { changes: { type: string }[] }).changes.map(({ type }) => type)).toContain('added');
    const spans = await exported(service, receiver);
    expect(spans.filter(({ name }) => name === 'merge')).toHaveLength(1);
  });

  it('reports for each attempt whose failure it was', async () => {
    const customer = stage.customer();
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 404 });
    stage.sandbox.faults.set('stripe', { kind: 'status', status: 403 });
    await service.http.get(`${customer.path}&connectors=stripe&require=stripe`);
    const spans = await exported(service, receiver);
    const failed = only(spans, 'billing get_connector_stripe');
    expect(failed).toMatchObject({ isError: true });
    expect(failed.attributes).toMatchObject({
      'error.type': 'unauthorised',
      'customer_profile.upstream.state': 'unauthorised',
      'customer_profile.upstream.sent': true,
      'http.response.status_code': 403,
    });
  });

  it('says of the process which service it is', async () => {
    await service.http.get(stage.customer().path).expect(200);
    await exported(service, receiver);
    expect(receiver.resource).toMatchObject({
      'service.name': 'customer-profiles',
      'service.version': '0.1.0',
      'deployment.environment.name': 'café',
      'telemetry.sdk.language': 'nodejs',
    });
  });
});

describe('other reads', () => {
  it('are one span when this process has a fresh copy', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).expect(200);
    await exported(service, receiver);
    receiver.clear();
    await service.http.get(customer.path).expect(200);
    const [span, ...others] = await exported(service, receiver);
    expect(others).toEqual([]);
    expect(span).toMatchObject({ name: PROFILE, attributes: { 'customer_profile.cache.outcome': 'hit-local' } });
    expect(span?.attributes).not.toHaveProperty(['customer_profile.plan.serve']);
  });

  it('have a child span for the commands of a hit to Redis', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).expect(200);
    await pass(10_000, service);
    await exported(service, receiver);
    receiver.clear();
    await service.http.get(customer.path).expect(200);
    const spans = await exported(service, receiver);
    const request = only(spans, PROFILE);
    expect(request.attributes).toMatchObject({ 'customer_profile.cache.outcome': 'hit-redis' });
    expect(below(spans, request).every(({ name }) => name.startsWith('redis '))).toBe(true);
    expect(spans.length).toBe(below(spans, request).length + 1);
  });

  it('are answered before their refresh, which is a trace that is linked to them', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).expect(200);
    await pass(600_000, service);
    await exported(service, receiver);
    receiver.clear();
    await service.http.get(customer.path).expect(200);
    const spans = await exported(service, receiver);
    const request = only(spans, PROFILE);
    expect(request.attributes).toMatchObject({
      'customer_profile.cache.outcome': 'hit-stale',
      'customer_profile.plan.serve': 'stale',
      'customer_profile.plan.reason': 'stale',
    });
    const refresh = only(spans, 'refresh');
    expect(refresh.attributes).toMatchObject({ 'customer_profile.refresh.kind': 'background' });
    expect(refresh.parentSpanId).toBeUndefined();
    expect(refresh.traceId).not.toBe(request.traceId);
    expect(refresh.links).toMatchObject([{ traceId: request.traceId, spanId: request.spanId }]);
    expect(below(spans, refresh).map(({ name }) => name)).toContain('reseller get_customer');
  });

  it('of many customers at once have a refresh each', async () => {
    const customerIds = [stage.customer(), stage.customer()].map(({ customerId }) => customerId);
    await service.http.post('/v1/customer-profiles/batch-get').send({ customerIds }).expect(200);
    const spans = await exported(service, receiver);
    const request = only(spans, 'POST /v1/customer-profiles/batch-get');
    const refreshes = below(spans, request).filter(({ name }) => name === 'refresh');
    expect(refreshes.map(({ attributes }) => attributes['customer_profile.refresh.kind'])).toEqual(['batch', 'batch']);
  });
});

describe('a caller’s traceparent', () => {
  it('is continued', async () => {
    await service.http.get(stage.customer().path).set('traceparent', `00-${TRACE}-${SPAN}-01`).expect(200);
    expect(only(await exported(service, receiver), PROFILE)).toMatchObject({ traceId: TRACE, parentSpanId: SPAN });
  });

  it('that is not sampled leaves no span, and its id in the log', async () => {
    const customer = stage.customer();
    await service.http.get(customer.path).set({ traceparent: `00-${TRACE}-${SPAN}-00`, 'x-request-id': 'unsampled' });
    expect(await exported(service, receiver)).toEqual([]);
    const line = service.log.find(({ requestId, msg }) => requestId === 'unsampled' && msg === 'request');
    expect(line).toMatchObject({ traceId: TRACE, spanId: expect.stringMatching(/^[\da-f]{16}$/) });
    expect(line?.spanId).not.toBe(SPAN);
  });
});

describe('log lines and problems', () => {
  it('have the ids of the trace, and of the span that they were written in', async () => {
    stage.sandbox.faults.set('reseller', { kind: 'status', status: 403 });
    const { body } = await service.http.get(stage.customer().path).set('x-request-id', 'refused').expect(502);
    const spans = await exported(service, receiver);
    const request = only(spans, PROFILE);
    expect(request).toMatchObject({ isError: true });
    expect(request.attributes).toMatchObject({
      'error.type': 'source_failed',
      'customer_profile.problem.code': 'source_failed',
      'http.response.status_code': 502,
    });
    expect(body).toMatchObject({ traceId: request.traceId, spanId: request.spanId });
    const lines = service.log.filter(({ requestId }) => requestId === 'refused');
    const lineOf = (text: string): unknown => lines.find(({ msg }) => msg === text);
    expect(lineOf('request')).toMatchObject({ traceId: request.traceId, spanId: request.spanId });
    const { spanId } = only(spans, 'refresh');
    expect(lineOf('upstream call failed')).toMatchObject({ traceId: request.traceId, spanId });
  });

  it('have the ids also when a request of no span fails unforeseen, before its handler', async () => {
    const own = await stage.service(tracedTo(receiver));
    own.app.get(ProfileQueries, { strict: false }).of = () => {
      throw new TypeError('zq7');
    };
    const { body } = await own.http.get(stage.customer().path).set('traceparent', `00-${TRACE}-${SPAN}-00`).expect(500);
    const { spanId } = body as { readonly spanId: string };
    expect(own.log.filter(({ traceId }) => traceId === TRACE)).toEqual([
      expect.objectContaining({ msg: 'request failed', spanId }),
      expect.objectContaining({ msg: 'request', spanId }),
    ]);
  });

  it('of the audit have the ids of the request', async () => {
    const { customerId, billingCustomerId } = stage.customer();
    const path = `/v1/customer-links/${customerId}`;
    await service.http.put(path).set('x-request-id', 'audited').send({ billingCustomerId }).expect(201);
    const request = only(await exported(service, receiver), 'PUT /v1/customer-links/{customerId}');
    const line = service.log.find(({ name, requestId }) => name === 'audit' && requestId === 'audited');
    expect(line).toMatchObject({ traceId: request.traceId, spanId: request.spanId });
  });

  it('of probes and of a service that traces nothing have none', async () => {
    const untraced = await stage.service();
    await untraced.http.get(stage.customer().path).expect(200);
    const { body } = await untraced.http.get('/nowhere').expect(404);
    expect(body).not.toHaveProperty('traceId');
    expect(untraced.log.filter((line) => 'traceId' in line)).toEqual([]);
    await service.http.get('/health/ready').expect(200);
    await service.http.get('/metrics').expect(200);
    expect(await exported(service, receiver)).toEqual([]);
  });
});

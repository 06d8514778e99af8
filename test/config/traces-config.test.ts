import { describe, expect, it } from '@jest/globals';
import { Config } from '../../src/config/config.ts';
import { readEnv } from '../../src/config/environment/read-env.ts';
import { type TracesConfig } from '../../src/config/traces-config.ts';
import { sandboxVariables, type Variables } from '../support/service.ts';

const read = (more: Variables): TracesConfig | null =>
  new Config(readEnv(sandboxVariables('http://127.0.0.1:9', more))).traces;
const traced = (more: Variables): TracesConfig => {
  const traces = read({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', ...more });
  if (!traces) throw new Error('nothing is traced');
  return traces;
};

describe('the OTEL_ variables', () => {
  it('trace nothing by default', () => {
    expect(read({})).toBeNull();
    expect(read({ OTEL_TRACES_SAMPLER: 'always_on', OTEL_SERVICE_NAME: 'x' })).toBeNull();
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, 'http://collector:4318/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector/base/' }, 'https://collector/base/v1/traces'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/other' }, 'http://collector:4318/other'],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'http://localhost:4318/v1/traces'],
  ])('%j: to %s', (variables, url) => {
    expect(read(variables)?.exporter.url).toBe(url);
  });

  it('have defaults as OpenTelemetry says', () => {
    expect(traced({})).toMatchObject({
      exporter: { protocol: 'http/protobuf', compression: 'none', headers: {}, timeoutMs: 10_000 },
      batches: { delayMs: 5000, timeoutMs: 30_000, maxWaiting: 2048, maxSize: 512 },
      sampler: { followsCaller: true, ratio: 1 },
      resource: { 'service.name': 'customer-profiles' },
      goesUpstream: false,
    });
  });

  it('for traces alone go before those for everything', () => {
    const all = { OTEL_EXPORTER_OTLP_TIMEOUT: '1', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
    expect(traced(all).exporter).toMatchObject({ protocol: 'http/json', timeoutMs: 1 });
    const own = { OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '2', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' };
    expect(traced({ ...all, ...own }).exporter).toMatchObject({ protocol: 'http/protobuf', timeoutMs: 2 });
  });

  it.each([
    ['always_on', { followsCaller: false, ratio: 1 }],
    ['always_off', { followsCaller: false, ratio: 0 }],
    ['traceidratio', { followsCaller: false, ratio: 0.01 }],
    ['parentbased_always_on', { followsCaller: true, ratio: 1 }],
    ['parentbased_always_off', { followsCaller: true, ratio: 0 }],
    ['parentbased_traceidratio', { followsCaller: true, ratio: 0.01 }],
  ])('OTEL_TRACES_SAMPLER %s', (name, sampler) => {
    expect(traced({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: '0.01' }).sampler).toEqual(sampler);
  });

  it('name the service: OTEL_SERVICE_NAME before OTEL_RESOURCE_ATTRIBUTES', () => {
    const attributes = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=from%20attributes, team=a%3Db' };
    expect(traced(attributes).resource).toEqual({ 'service.name': 'from attributes', team: 'a=b' });
    expect(traced({ ...attributes, OTEL_SERVICE_NAME: 'own' }).resource).toEqual({
      'service.name': 'own',
      team: 'a=b',
    });
  });

  it('have no batch that is larger than what may wait', () => {
    expect(() => traced({ OTEL_BSP_MAX_QUEUE_SIZE: '100' })).toThrow('OTEL_BSP_MAX_EXPORT_BATCH_SIZE: must not be');
  });
});

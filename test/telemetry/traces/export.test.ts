import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { metric } from '../../profile-cache/stage.ts';
import { eventually } from '../../support/eventually.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { sandboxVariables, type Service, startService, type Variables } from '../../support/service.ts';
import { exported, tracedTo } from './tracing.ts';

let sandbox: Sandbox;
let receiver: OtlpReceiver;
let service: Service;

beforeAll(async () => {
  sandbox = await startSandbox();
});

beforeEach(async () => {
  receiver = await startOtlpReceiver();
});

afterEach(async () => {
  await service.close();
  await receiver.close();
});

afterAll(() => sandbox.close());

const start = async (more: Variables): Promise<void> => {
  service = await startService(sandboxVariables(sandbox.url, more));
};
/** Each leaves one span. */
async function ask(times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await service.http.get('/v1/customer-links/none').expect(503);
}
const dropped = (reason: string): Promise<number> => metric(service, `trace_spans_dropped_total{reason="${reason}"}`);
const lines = (event: string): readonly unknown[] => service.log.filter((line) => line.event === event);

describe('spans', () => {
  it('are sent by protobuf unless JSON is asked for, with the headers and the compression that are', async () => {
    await start({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/tenant/traces`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=one%2Ctwo,x-other=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-other=2',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    });
    await ask(1);
    await service.app.getHttpAdapter().getInstance().traces?.flush();
    expect(receiver.exports).toMatchObject([
      {
        path: '/tenant/traces',
        headers: {
          'content-type': 'application/x-protobuf',
          'content-encoding': 'gzip',
          'x-tenant': 'one,two',
          'x-other': '2',
        },
      },
    ]);
    expect(receiver.text).toContain('GET /v1/customer-links/{customerId}');
    expect(await metric(service, 'trace_spans_exported_total')).toBe(1);
  });

  it('are none of requests that the sampler leaves out', async () => {
    await start(tracedTo(receiver, { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' }));
    await ask(3);
    const sampled = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await service.http.get('/v1/customer-links/none').set('traceparent', sampled).expect(503);
    expect(await exported(service, receiver)).toEqual([]);
  });

  it('are none with OTEL_SDK_DISABLED, or without an exporter', async () => {
    for (const off of [{ OTEL_SDK_DISABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none' }]) {
      await start(tracedTo(receiver, off));
      await ask(1);
      expect(service.app.getHttpAdapter().getInstance().traces).toBeNull();
      await service.close();
    }
    await start({});
    expect(service.app.getHttpAdapter().getInstance().traces).toBeNull();
  });
});

describe('a collector', () => {
  it('that refuses costs its spans, which are counted, and one line until it is well again', async () => {
    receiver.answer = 400;
    await start(tracedTo(receiver));
    const { traces } = service.app.getHttpAdapter().getInstance();
    for (let time = 0; time < 2; time += 1) {
      await ask(2);
      await traces?.flush().catch(() => undefined);
    }
    expect(await dropped('export_failed')).toBe(4);
    expect(lines('traces_not_exported')).toEqual([
      expect.objectContaining({ level: 'warn', spans: 2, errorCode: '400' }),
    ]);
    receiver.answer = 200;
    await ask(1);
    await traces?.flush();
    expect(lines('traces_exported_again')).toHaveLength(1);
    expect(await metric(service, 'trace_spans_exported_total')).toBe(1);
  });

  it('that hangs delays no request, and lines beyond the bound are counted', async () => {
    receiver.answer = 'hang';
    await start(tracedTo(receiver, { OTEL_BSP_MAX_QUEUE_SIZE: '4', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '2' }));
    await ask(2);
    await receiver.received(1);
    await ask(7);
    expect(await dropped('queue_full')).toBe(3);
    await service.app.close();
    const closed = service.app.getHttpAdapter().getInstance().traces?.close(60_000);
    await service.clock.whenSet((ms) => ms === 2000);
    service.clock.advance(2000);
    await closed;
    expect(lines('traces_lost')).toMatchObject([{ spans: 6 }]);
  });

  it('that is unreachable does neither', async () => {
    await receiver.close();
    await start(tracedTo(receiver, { OTEL_EXPORTER_OTLP_TIMEOUT: '100' }));
    await ask(2);
    await service.app
      .getHttpAdapter()
      .getInstance()
      .traces?.flush()
      .catch(() => undefined);
    await eventually('the spans are counted', async () => (await dropped('export_failed')) === 2);
    receiver = await startOtlpReceiver();
  });
});

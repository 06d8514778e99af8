import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { buildService, type BuiltService, type RunningService } from '../../support/built-service.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { sandboxVariables, type Variables } from '../../support/service.ts';

/** Says on the standard error which files with code of OpenTelemetry's SDK the process loads; prom-client takes the API along. */
const WATCH = `import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) {
  const loaded = next(url, context);
  if (/BatchSpanProcessor|OTLPTraceExporter|resourceFromAttributes/.test(String(loaded.source))) process.stderr.write('loads ' + url + '\\n');
  return loaded;
} });`;
const watching = `data:text/javascript,${encodeURIComponent(WATCH)}`;

let built: BuiltService;
let sandbox: Sandbox;
let collector: OtlpReceiver;

beforeAll(async () => {
  built = buildService();
  [sandbox, collector] = await Promise.all([startSandbox(), startOtlpReceiver()]);
});

beforeEach(() => {
  collector.clear();
  collector.answer = 200;
});

afterAll(async () => {
  built.endAll();
  await sandbox.close();
  await collector.close();
});

const start = (more: Variables): RunningService =>
  built.start(sandboxVariables(sandbox.url, more), [process.execPath, '--import', watching, built.main]);
const traced = (more: Variables = {}): RunningService =>
  start({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    // No span is sent before the end of the process.
    OTEL_BSP_SCHEDULE_DELAY: '600000',
    ...more,
  });

async function askAndEnd(service: RunningService): ReturnType<() => RunningService['ended']> {
  const answer = await fetch(`${await service.url}/v1/customer-links/none`);
  expect(answer.status).toBe(503);
  service.signal('SIGTERM');
  return service.ended;
}

describe('a process', () => {
  it('loads nothing of OpenTelemetry’s SDK when traces go nowhere', async () => {
    const { code, stderr } = await askAndEnd(start({}));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((await askAndEnd(traced())).stderr).toMatch(/^loads .*\n$/);
  });

  it('sends its last spans when it ends', async () => {
    const { code } = await askAndEnd(traced());
    expect(code).toBe(0);
    expect(collector.spans.map(({ name }) => name)).toEqual(['GET /v1/customer-links/{customerId}']);
  });

  it('ends in order when the collector hangs or is down, and counts the lost spans', async () => {
    collector.answer = 'hang';
    const hanging = traced();
    const away = traced({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
    for (const service of [hanging, away]) {
      const { code } = await askAndEnd(service);
      expect(code).toBe(0);
      const events = service.log.map(({ event }) => event);
      expect(events).not.toContain('shutdown_timeout');
      expect(events.slice(-2)).toEqual(['traces_lost', 'stopped']);
      expect(service.log.find(({ event }) => event === 'traces_lost')).toMatchObject({ level: 'warn', spans: 1 });
    }
  });
});

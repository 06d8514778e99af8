import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendBytes } from '../http-server/raw.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

let service: Service;

beforeAll(async () => {
  service = await startService(sandboxVariables('http://127.0.0.1:9'));
  await service.http.get('/health/live').expect(200);
});

afterAll(() => service.close());

const OPEN_METRICS = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3';

async function metrics(headers: Record<string, string>): Promise<Response> {
  const answer = await fetch(`${service.url}/metrics`, { headers });
  expect(answer.status).toBe(200);
  return answer;
}

describe('/metrics', () => {
  it.each(['text/plain', '*/*', 'application/openmetrics-text;q=0, text/plain'])(
    'is in Prometheus’s text format for Accept: %s',
    async (accept) => {
      const answer = await metrics({ accept });
      expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
      expect(await answer.text()).toMatch(/^# TYPE process_cpu_user_seconds_total counter$/m);
    },
  );

  it('is in OpenMetrics for a scraper that asks for it (E25)', async () => {
    for (let times = 0; times < 2; times += 1) {
      const answer = await metrics({ accept: OPEN_METRICS });
      expect(answer.headers.get('content-type')).toMatch(/^application\/openmetrics-text; version=1\.0\.0/);
      const text = await answer.text();
      expect(text).toMatch(/^# TYPE process_cpu_user_seconds counter\nprocess_cpu_user_seconds_total \d/m);
      expect(text).toMatch(/\n# EOF\n$/);
      expect(text).not.toContain('\n\n');
      // Every sample belongs to the family above it.
      let family = '';
      for (const line of text.split('\n')) {
        family = /^# TYPE (\w+) /.exec(line)?.[1] ?? family;
        if (line !== '' && !line.startsWith('#')) expect(line.startsWith(family)).toBe(true);
      }
    }
    expect(await (await metrics({})).text()).toMatch(/^process_cpu_user_seconds_total \d/m);
  });

  it('ends the names of counters, and no others, with _total (A23)', async () => {
    const text = await (await metrics({})).text();
    const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => ({ name, type }));
    expect(types.length).toBeGreaterThan(20);
    for (const { name, type } of types)
      expect({ name, type, isTotal: name.endsWith('_total') }).toEqual({ name, type, isTotal: type === 'counter' });
  });

  it('is compressed for clients that accept gzip (E25)', async () => {
    const plain = await sendBytes(service.url, 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    const zipped = await metrics({ 'accept-encoding': 'gzip' });
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect(Number(zipped.headers.get('content-length'))).toBeLessThan(plain.body.length / 3);
    expect(await zipped.text()).toContain('http_server_request_duration_seconds');
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect((await metrics({ 'accept-encoding': 'gzip;q=0' })).headers.get('content-encoding')).toBeNull();
  });
});

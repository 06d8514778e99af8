import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:http2';
import { type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { LINKS, NDJSON } from '../../customer-links/ndjson.ts';
import { stagedCustomer } from '../../profile-cache/stage.ts';
import { buildService, type BuiltService, type RunningService } from '../../support/built-service.ts';
import { eventually } from '../../support/eventually.ts';
import { sandboxVariables } from '../../support/service.ts';
import { Gateway, type GatewayPorts, gatewayPorts, HAPROXY, NGINX, withoutProgram } from './gateway.ts';

describe.each([NGINX, HAPROXY])('behind $program as deploy/gateways/$file has it', (example) => {
  const missing = withoutProgram(example);
  (missing === null ? describe : describe.skip)(`two processes${missing ?? ''}`, () => {
    let built: BuiltService;
    let redis: LocalRedis;
    let sandbox: Sandbox;
    let ports: GatewayPorts;
    let gateway: Gateway;
    let url: string;
    let services: RunningService[];

    const start = (port: number): RunningService =>
      built.start(
        sandboxVariables(sandbox.url, {
          PORT: String(port),
          PUBLIC_BASE_URL: `${url}/profiles`,
          REDIS_URL: redis.url,
          DRAIN_DELAY_MS: '3000',
        }),
      );

    beforeAll(async () => {
      execFileSync(process.execPath, [new URL('../../../tools/build-console.ts', import.meta.url).pathname]);
      built = buildService();
      [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
      ports = await gatewayPorts();
      url = `http://127.0.0.1:${ports.http}`;
      services = ports.services.map(start);
      await Promise.all(services.map((service) => service.url));
      gateway = await Gateway.start(example, ports);
    });

    beforeEach(() => {
      sandbox.faults.clear();
      sandbox.traffic.reset();
    });

    afterAll(async () => {
      await gateway.stop();
      built.endAll();
      await Promise.all([redis.kill(), sandbox.close()]);
    });

    it('are reached under a path of the gateway, and name it in links (E22)', async () => {
      const answer = await fetch(`${url}/profiles/v1/customer-profiles/9876543210?fields=nonsense`);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ type: `${url}/profiles/docs/errors.md#invalid_request` });
    });

    it('have the request id of the caller, or else of the gateway, in their log (E23)', async () => {
      await fetch(`${url}/profiles/v1/customer-profiles/9876543210`, {
        headers: { 'x-request-id': 'given-by-the-caller' },
      });
      const { headers } = await fetch(`${url}/profiles/v1/customer-profiles/9876543210`);
      for (const id of ['given-by-the-caller', headers.get('x-request-id')])
        await eventually(`${id} is logged`, () =>
          services.some(({ log }) => log.some(({ requestId }) => requestId === id)),
        );
    });

    it('serve the console under a path of the gateway, with its files', async () => {
      const page = await fetch(`${url}/profiles/console`);
      const files = [...(await page.text()).matchAll(/(?:href|src)="(console\/[^"]+)"/g)].map(([, path = '']) => path);
      expect(files).toHaveLength(3);
      for (const file of files) expect((await fetch(new URL(file, page.url))).status).toBe(200);
    });

    it('answer over HTTP/2', async () => {
      const session = connect(`http://127.0.0.1:${ports.http2}`);
      const stream = session.request({ ':path': '/profiles/v1/customer-profiles/9876543210' });
      const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
      expect(headers).toMatchObject({ ':status': 200, etag: expect.any(String) });
      stream.resume();
      await once(stream, 'close');
      session.close();
    });

    it('answer for one customer while the source of another one fails, which is called as often as without a gateway (E5)', async () => {
      const [cached, other, direct] = [stagedCustomer(sandbox), stagedCustomer(sandbox), stagedCustomer(sandbox)];
      const statusOf = async (path: string): Promise<number> => (await fetch(`${url}/profiles${path}`)).status;
      for (const service of services) expect((await fetch((await service.url) + cached.path)).status).toBe(200);
      sandbox.faults.set('reseller', { kind: 'status', status: 500 });
      expect((await fetch(`${await services[0]?.url}${direct.path}`)).status).toBe(502);
      expect(await statusOf(other.path)).toBe(502);
      expect(other.calls()).toEqual(direct.calls());
      for (let reads = 0; reads < 10; reads += 1) expect(await statusOf(cached.path)).toBe(200);
    });

    it('refuse an import that is too large with 413, each time (E6)', async () => {
      const body = 'x'.repeat(18 * 1024 * 1024);
      for (let times = 0; times < 3; times += 1) {
        const answer = await fetch(`${url}/profiles${LINKS}/import`, {
          method: 'POST',
          headers: { 'content-type': NDJSON },
          body,
        });
        expect(answer.status).toBe(413);
        await answer.body?.cancel();
      }
    });

    it('are replaced one after the other without a lost request (R5)', async () => {
      const { path } = stagedCustomer(sandbox);
      const agent = new Agent({ keepAlive: true });
      const statuses: (number | string)[] = [];
      let isOver = false;
      const statusOf = (): Promise<number | string> =>
        new Promise((resolve) => {
          get(`${url}/profiles${path}`, { agent }, (response) => {
            response.resume().once('end', () => {
              resolve(response.statusCode ?? 0);
            });
          }).once('error', ({ message }) => {
            resolve(message);
          });
        });
      const clients = Array.from({ length: 10 }, async () => {
        while (!isOver) {
          statuses.push(await statusOf());
          // It does something else until the other process would have answered.
          await fetch(`${url}/profiles/health/live`).then((answer) => answer.text());
        }
      });
      for (const [place, port] of ports.services.entries()) {
        const before = statuses.length;
        await eventually('requests are answered', () => statuses.length > before + 20);
        services[place]?.signal('SIGTERM');
        expect((await services[place]?.ended)?.code).toBe(0);
        services[place] = start(port);
        await services[place].url;
      }
      isOver = true;
      await Promise.all(clients);
      agent.destroy();
      expect(new Set(statuses)).toEqual(new Set([200]));
    });
  });
});

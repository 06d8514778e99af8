import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { buildService, type BuiltService, type RunningService } from '../support/built-service.ts';
import { eventually } from '../support/eventually.ts';
import { sandboxVariables, type Variables } from '../support/service.ts';

const CLIENTS = 20;
const profile = '/v1/customer-profiles/9876543210';
/** No time of an upstream's ends while a test waits for something else. */
const PATIENT: Variables = { RESELLER_TIMEOUT_MS: '60000', REQUEST_BUDGET_MS: '60000' };

let built: BuiltService;
let sandbox: Sandbox;

beforeAll(async () => {
  built = buildService();
  sandbox = await startSandbox();
});

beforeEach(() => {
  sandbox.faults.clear();
  sandbox.traffic.reset();
});

afterAll(async () => {
  built.endAll();
  await sandbox.close();
});

/** Stopped under load; the other tests run while it drains. */
const draining: RunningService[] = [];
const start = (more: Variables): RunningService => built.start(sandboxVariables(sandbox.url, { ...PATIENT, ...more }));
const hasLogged = (service: RunningService, event: string): boolean => service.log.some((line) => line.event === event);

/** The status of one GET; 0 when the connection failed. */
function statusOf(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    get(url, { agent }, (response) => {
      void text(response).then(
        () => {
          resolve(response.statusCode ?? 0);
        },
        () => {
          resolve(0);
        },
      );
    }).on('error', () => {
      resolve(0);
    });
  });
}

/** Clients that ask again as soon as they are answered, each over a connection of its own. */
function startLoad(url: string): { statuses: readonly number[]; stop: () => Promise<void> } {
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const statuses: number[] = [];
  let stopped = false;
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!stopped) statuses.push(await statusOf(url, agent));
  });
  const stop = async (): Promise<void> => {
    stopped = true;
    await Promise.all(clients);
    agent.destroy();
  };
  return { statuses, stop };
}

describe('SIGTERM', () => {
  it('under keep-alive load: ready says no at once, live yes, no request fails (F32)', async () => {
    // Long enough for a busy machine to end the load within it.
    const service = start({ DRAIN_DELAY_MS: '8000' });
    draining.push(service);
    const url = await service.url;
    const load = startLoad(url + profile);
    try {
      await eventually('the load is on', () => load.statuses.length > CLIENTS);
      service.signal('SIGTERM');
      await eventually('the shutdown has begun', () => hasLogged(service, 'shutdown'));
      const probes = new Agent();
      expect(await statusOf(`${url}/health/ready`, probes)).toBe(503);
      expect(await statusOf(`${url}/health/live`, probes)).toBe(200);
      const answered = load.statuses.length;
      await eventually('requests are served while draining', () => load.statuses.length > answered + CLIENTS);
    } finally {
      await load.stop();
    }
    expect(new Set(load.statuses)).toEqual(new Set([200]));
  });

  it('lets a request that is under way finish, and does not wait for its connection', async () => {
    sandbox.faults.set('reseller', { kind: 'hold' });
    const service = start({});
    const url = await service.url;
    const answer = statusOf(url + profile, new Agent({ keepAlive: true }));
    await sandbox.traffic.until(({ bySource }) => bySource.reseller === 1);
    service.signal('SIGTERM');
    await eventually('the shutdown has begun', () => hasLogged(service, 'shutdown'));
    sandbox.faults.clear();
    expect(await answer).toBe(200);
    expect((await service.ended).code).toBe(0);
    expect(service.log.at(-1)).toMatchObject({ event: 'stopped' });
  });

  it('while an upstream hangs: ends within SHUTDOWN_TIMEOUT_MS, with 0 (F33)', async () => {
    sandbox.faults.set('reseller', { kind: 'hang' });
    const service = start({ SHUTDOWN_TIMEOUT_MS: '500' });
    void statusOf((await service.url) + profile, new Agent());
    await sandbox.traffic.until(({ bySource }) => bySource.reseller === 1);
    service.signal('SIGTERM');
    expect((await service.ended).code).toBe(0);
    expect(service.log.at(-1)).toMatchObject({ event: 'shutdown_timeout' });
  });

  it('a second time, later: ends at once, with 1 (F33)', async () => {
    sandbox.faults.set('reseller', { kind: 'hang' });
    const service = start({ SHUTDOWN_TIMEOUT_MS: '60000' });
    void statusOf((await service.url) + profile, new Agent());
    await sandbox.traffic.until(({ bySource }) => bySource.reseller === 1);
    await eventually('the second signal is obeyed', () => {
      service.signal('SIGTERM');
      return hasLogged(service, 'shutdown_cut_short');
    });
    expect((await service.ended).code).toBe(1);
  });

  it('after load: ends with 0 when the drain delay is over (F32)', async () => {
    expect(draining).toHaveLength(1);
    for (const service of draining) {
      expect((await service.ended).code).toBe(0);
      expect(service.log.at(-1)).toMatchObject({ event: 'stopped' });
    }
  });
});

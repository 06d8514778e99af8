import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { billingHeaders, readConnector, readCustomer, requestToken, resellerHeaders, send } from './calling.ts';

const customerId = '9876543210';
const billingId = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
let sandbox: Sandbox;

beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

describe('traffic', () => {
  it('counts every request by its source and status', async () => {
    await readCustomer(sandbox, customerId);
    await readCustomer(sandbox, 'unknown-one');
    await requestToken(sandbox);
    await readConnector(sandbox, billingId, 'stripe');
    await readConnector(sandbox, billingId, 'faxmachine');
    await send(sandbox, '/customers?external_id=1', { headers: billingHeaders() });
    await send(sandbox, '/elsewhere');
    const { bySource, byStatus } = sandbox.traffic.counts;
    expect(Object.entries(bySource).filter(([, count]) => count > 0)).toEqual([
      ['reseller', 2],
      ['token', 1],
      ['billingCustomers', 1],
      ['otherConnectors', 1],
      ['unrouted', 1],
      ['stripe', 1],
    ]);
    expect(byStatus).toEqual({ 200: 4, 400: 1, 404: 2 });
  });

  it('records a request with its ids, every header name and the values that are no secret', async () => {
    const headers = resellerHeaders({ 'X-Correlation-Id': 'c', 'X-Request-Id': 'r', traceparent: '00-1-2-01' });
    await send(sandbox, `/v3/customers/${customerId}?a=%20b`, { headers });
    expect(sandbox.traffic.requests).toEqual([
      {
        source: 'reseller',
        method: 'GET',
        path: `/v3/customers/${customerId}?a=%20b`,
        status: 200,
        aborted: false,
        correlationId: 'c',
        requestId: 'r',
        headerNames: [...Object.keys(headers), 'Host', 'Connection'],
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          'x-correlation-id': 'c',
          'x-request-id': 'r',
          traceparent: '00-1-2-01',
          host: new URL(sandbox.url).host,
          connection: 'close',
        },
      },
    ]);
  });

  it('keeps the newest 10,000 requests and counts all', async () => {
    for (let batch = 0; batch < 101; batch += 1) {
      const answers = Array.from({ length: 100 }, () => fetch(`${sandbox.url}/batch-${batch}`));
      await Promise.all((await Promise.all(answers)).map((answer) => answer.text()));
    }
    const { requests, counts } = sandbox.traffic;
    expect(counts.bySource.unrouted).toBe(10_100);
    expect(requests).toHaveLength(10_000);
    expect([requests[0]?.path, requests.at(-1)?.path]).toEqual(['/batch-1', '/batch-100']);
  });

  it('counts the connections open now', async () => {
    sandbox.faults.set('reseller', { kind: 'hang' });
    const hanging = [1, 2, 3].map(() => expect(readCustomer(sandbox, customerId)).rejects.toThrow());
    await sandbox.traffic.until(({ bySource }) => bySource.reseller === 3);
    expect(sandbox.traffic.counts.openConnections).toBe(3);
    await sandbox.close();
    await Promise.all(hanging);
    expect(sandbox.traffic.counts.openConnections).toBe(0);
  });

  it('does not let what began before a reset count after it', async () => {
    sandbox.faults.set('reseller', { kind: 'hang' });
    const hanging = expect(readCustomer(sandbox, customerId)).rejects.toThrow();
    await sandbox.traffic.until(({ bySource }) => bySource.reseller === 1);
    sandbox.traffic.reset();
    await sandbox.close();
    await hanging;
    expect(sandbox.traffic.counts).toMatchObject({ aborted: 0, byStatus: {} });
    expect(sandbox.traffic.requests).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { expectProblem, sendBytes } from '../http-server/raw.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

let sandbox: Sandbox;
let service: Service;
/** Waits a second for a reader. */
let impatient: Service;

beforeAll(async () => {
  sandbox = await startSandbox();
  service = await startService(sandboxVariables(sandbox.url, { HEADERS_TIMEOUT_MS: '300' }), { time: 'real' });
  impatient = await startService(sandboxVariables(sandbox.url, { SEND_TIMEOUT_MS: '1000' }), { time: 'real' });
});

afterAll(async () => {
  await Promise.all([service.close(), impatient.close()]);
  await sandbox.close();
});

/** Node's own limits are real time, in whatever time the service is. */
describe('a client that is slow', () => {
  it('with its headers has a problem, the connection ends, and no source is asked', async () => {
    const begun = 'GET /v1/customer-profiles/9876543210 HTTP/1.1\r\nHost: localhost\r\nX-Zq7: zq7';
    expectProblem(await sendBytes(service.url, begun), 'request_timeout');
    expect(sandbox.traffic.requests).toEqual([]);
  });

  it('and has sent nothing gets no answer: the connection just ends (E20)', async () => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.setEncoding('latin1').on('data', (text: string) => (received += text));
    await once(socket, 'close');
    expect(received).toBe('');
  });

  it('to read is cut off (R8)', async () => {
    const { hostname, port } = new URL(impatient.url);
    const accepted = once(impatient.app.getHttpServer(), 'connection') as Promise<[Socket]>;
    const socket = connect(Number(port), hostname).pause();
    socket.on('error', () => undefined);
    const [itsEnd] = await accepted;
    // Not `once`: a request still being written may fail first.
    const cutOff = new Promise((resolve) => itsEnd.once('close', resolve));
    // More than the buffers of a connection hold.
    socket.write('GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(100));
    await cutOff;
    expect(itsEnd.bytesWritten).toBeGreaterThan(0);
    socket.destroy();
  });
});

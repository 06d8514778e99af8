import { expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { startSandbox } from '../../sandbox/server.ts';
import { sandboxVariables, startService } from '../support/service.ts';

it('closing does not wait for connections without a request', async () => {
  const sandbox = await startSandbox();
  const service = await startService(sandboxVariables(sandbox.url));
  const { hostname, port } = new URL(service.url);
  const unused = connect(Number(port), hostname);
  await once(unused, 'connect');
  // The server knows of the connection once it has answered on a later one.
  await service.http.get('/health/live').expect(200);
  const closed = once(unused, 'close');
  await service.close();
  await closed;
  expect(unused.destroyed).toBe(true);
  await sandbox.close();
});

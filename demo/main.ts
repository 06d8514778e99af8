/**
 * `npm run demo`: both upstreams, the service against them, three customers asked for over HTTP, and the page for people. Stays up until Ctrl-C;
 * `npm run demo -- --once` ends by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startSandbox } from '../sandbox/server.ts';
import { showArrivingChange } from './arriving-change.ts';
import { ASKED } from './asked.ts';
import { showConsole } from './console.ts';
import { findDemoRedis } from './demo-redis.ts';
import { bold, showRequest } from './show.ts';
import { freePortFrom, startBuiltService } from './start-service.ts';
import { showTypedClient } from './typed-client.ts';

const once = process.argv.includes('--once');
let stopping = false;
const print = (line = ''): void => {
  console.log(line);
};

const [sandbox, redis, port] = await Promise.all([
  startSandbox(),
  findDemoRedis(),
  freePortFrom(Number(process.env.PORT) || 3000),
]);
const service = await startBuiltService(sandbox.url, redis.url, port);
process.on('SIGINT', () => void stop());
process.on('SIGTERM', () => void stop());

try {
  print(bold('Customer profiles: one GET returns a customer as every system knows it'));
  print(`  service           ${service.url}`);
  print(`  both upstreams    ${sandbox.url} (the sandbox: invented customers, faults on demand)`);
  print(`  cache             ${redis.what}`);
  print(`  log               ${service.logFile}`);
  for (const { title, path, show } of ASKED) {
    print();
    print(bold(title));
    await showRequest(`${service.url}${path}`, show);
  }
  print();
  print(bold('The first customer again: now from the cache'));
  const callsBefore = sandbox.traffic.requests.length;
  await showRequest(`${service.url}${ASKED[0].path}`, ['name', 'complete']);
  print(`  upstream calls made for it: ${sandbox.traffic.requests.length - callsBefore}`);
  print();
  print(bold('Twice with the typed client (client/): the second answer is 304, and the kept value'));
  await showTypedClient(service.url, ASKED[0]);
  print();
  await showConsole(service.url, redis.url !== undefined);
  if (redis.url !== undefined) {
    print();
    print(bold('A change arrives: the reseller renames the customer, and the followers of the feed are told'));
    await showArrivingChange(service.url, sandbox, ASKED[0].customerId);
  }
  if (once) await stop();
  print();
  print(bold('Try it yourself (Ctrl-C ends everything)'));
  print(`  console           ${service.url}/console`);
  print(`  reference         ${service.url}/docs`);
  print(`  a profile         curl -s '${service.url}${ASKED[0].path}'`);
  print(`  customers         curl -s ${sandbox.url}/_sandbox/customers`);
  print(
    `  make stripe hang  curl -s -X PUT ${sandbox.url}/_sandbox/faults/stripe -H 'content-type: application/json' -d '{"kind":"hang"}'`,
  );
  print(`  health            curl -s ${service.url}/health/ready`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await stop(1);
}

async function stop(code = 0): Promise<void> {
  if (stopping) return;
  stopping = true;
  await Promise.race([service.stop(), sleep(10_000)]);
  await Promise.all([sandbox.close(), redis.stop()]);
  process.exit(code);
}

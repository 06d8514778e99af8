import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { type ClientProject, clientProject } from '../../client/client-project.ts';
import { eventually } from '../../support/eventually.ts';
import { sandboxVariables, type Service, startService } from '../../support/service.ts';

const OLDEST = 20;
/** The billing customer of the README's examples. */
const LINKED = '3fa85f64-5717-4562-b3fc-2c963f66afa6';
const run = promisify(execFile);
/** The last customer that was linked. */
let linked = 2_000_000_000;

let redis: LocalRedis;
let sandbox: Sandbox;
let service: Service;
let project: ClientProject;

beforeAll(async () => {
  [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
  const variables = sandboxVariables(sandbox.url, { REDIS_URL: redis.url });
  service = await startService(variables, { time: 'real' });
  await service.http.put('/v1/customer-links/1000000001').send({ billingCustomerId: LINKED }).expect(201);
  project = await clientProject(service.url);
});

afterAll(async () => {
  project.remove();
  await service.close();
  await Promise.all([sandbox.close(), redis.kill()]);
});

describe('the packed client, installed into an empty project without a network', () => {
  it('has compiled files, a README and nothing else, and brings no other package', () => {
    expect(project.packed.filter((file) => !/^dist\/[\w-]+\.(js|d\.ts)$/.test(file)).sort()).toEqual([
      'README.md',
      'package.json',
    ]);
    expect(project.installed).toEqual(['@example/customer-profile-client']);
  });

  it('has types for the examples of its README and of the documents', async () => {
    await project.compile();
    expect(project.programs).toHaveLength(4);
  });

  const old = oldNode();
  describe.each([
    ['the Node of the tests', process.execPath],
    [`Node ${OLDEST}${old ? '' : ': there is none here'}`, old],
  ])('on %s', (_which, node) => {
    (node ? it : it.skip)('runs them', async () => {
      const said: string[] = [];
      for (const program of project.programs.slice(0, 2)) said.push((await run(node ?? '', [program])).stdout);
      expect(said).toEqual([
        expect.stringMatching(/^Fairmont \d+ true customer-profiles; /),
        expect.stringMatching(/^1000000001 20\d\d-/),
      ]);
    });

    (node ? it : it.skip)('tells of a change as it comes', async () => {
      const follower = spawn(node ?? '', [project.programs[2] ?? ''], { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      follower.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      await eventually('it is told', async () => {
        // Events from before it began to follow are not reported, nor a change undone before the next poll.
        linked += 1;
        await service.http.put(`/v1/customer-links/${linked}`).send({ billingCustomerId: LINKED }).expect(201);
        return /link_changed 2\d{9}/.test(said);
      });
      const ended = once(follower, 'exit');
      follower.kill();
      await ended;
    });
  });
});

/** A Node of the oldest major that the package names, where one is installed. */
function oldNode(): string | undefined {
  return ['/usr/bin/node', '/usr/local/bin/node'].find(
    (path) => existsSync(path) && execFileSync(path, ['--version'], { encoding: 'utf8' }).startsWith(`v${OLDEST}.`),
  );
}

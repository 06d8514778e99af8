import { afterEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const dockerfile = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8');
const ofService = dockerfile.slice(dockerfile.indexOf(' AS service'));
const [, json = '[]'] = /HEALTHCHECK[^[]*CMD (\[.*\])$/m.exec(ofService) ?? [];
const [, ...args] = JSON.parse(json) as string[];

/** The code that the image's check ends with; 0: healthy. */
async function check(variables: Record<string, string>): Promise<number> {
  const code = promisify(execFile)(process.execPath, args, { env: variables }).then(
    () => 0,
    (error: unknown) => (error as { code: number }).code,
  );
  return code;
}

let service: Service | undefined;

afterEach(() => service?.close());

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
const HOSTS = ['0.0.0.0', '127.0.0.1', '127.0.0.2', 'localhost', ...(hasIpv6 ? ['::1', '::'] : [])];

describe('the health check of the image', () => {
  it.each(HOSTS)('finds the service that listens on %s (E21)', async (HOST) => {
    service = await startService(sandboxVariables('http://127.0.0.1:9', { HOST }));
    const { port } = service.app.getHttpServer().address() as { port: number };
    expect(await check({ HOST, PORT: String(port) })).toBe(0);
  });

  it('finds none where none listens (E21)', async () => {
    service = await startService(sandboxVariables('http://127.0.0.1:9', { HOST: '127.0.0.2' }));
    const { port } = service.app.getHttpServer().address() as { port: number };
    expect(await check({ HOST: '127.0.0.1', PORT: String(port) })).toBe(1);
    expect(await check({ PORT: String(port) })).toBe(1);
  });
});

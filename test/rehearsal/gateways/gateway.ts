import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../sandbox/redis/local-redis.ts';
import { eventually } from '../../support/eventually.ts';

const examples = new URL('../../../deploy/gateways/', import.meta.url).pathname;

/** An example file of `deploy/gateways/`, and how its gateway runs in the foreground. */
export interface Example {
  readonly program: string;
  readonly file: string;
  readonly args: (configuration: string, folder: string) => readonly string[];
}

export const NGINX: Example = {
  program: 'nginx',
  file: 'nginx.conf',
  args: (configuration, folder) => ['-p', folder, '-c', configuration, '-g', 'daemon off; pid nginx.pid;'],
};
export const HAPROXY: Example = {
  program: 'haproxy',
  file: 'haproxy.cfg',
  args: (configuration) => ['-db', '-f', configuration],
};

/** What to add to the title of tests that this machine cannot run; null when it can. */
export const withoutProgram = ({ program }: Pick<Example, 'program'>): string | null =>
  spawnSync(program, ['-v']).error ? ` (needs ${program})` : null;

/** Ports that take the place of those that the example files name. */
export interface GatewayPorts {
  /** HTTP/1.1. */
  readonly http: number;
  /** HTTP/2 without TLS. */
  readonly http2: number;
  /** Of the two processes of the service, or of three. */
  readonly services: readonly [number, number, ...number[]];
}

export async function gatewayPorts(): Promise<GatewayPorts> {
  const [http, http2, one, two] = [await freePort(), await freePort(), await freePort(), await freePort()];
  return { http, http2, services: [one, two] };
}

/** The line of the second process, and one like it for a third. */
const withThird = (line: string): string => `${line}\n${line.replace('two', 'three').replace('3001', '3002')}`;

/** A gateway that runs with an example file, in which only the ports differ. */
export class Gateway {
  private readonly folder: string;
  private readonly child: ChildProcess;

  constructor({ program, file, args }: Example, { http, http2, services }: GatewayPorts) {
    this.folder = mkdtempSync(join(tmpdir(), 'gateway-'));
    const configuration = join(this.folder, file);
    const [one, two, three] = services;
    const ports: Readonly<Record<string, number>> = { 8080: http, 8081: http2, 3000: one, 3001: two, 3002: three ?? 0 };
    const example = readFileSync(join(examples, file), 'utf8');
    const text = three === undefined ? example : example.replace(/^.*127\.0\.0\.1:3001.*$/m, withThird);
    writeFileSync(
      configuration,
      text.replace(/127\.0\.0\.1:(\d+)/g, (_all, port: string) => `127.0.0.1:${ports[port]}`),
    );
    this.child = spawn(program, args(configuration, this.folder), { stdio: 'ignore' });
  }

  /** Resolves when it passes requests on. */
  static async start(example: Example, ports: GatewayPorts): Promise<Gateway> {
    const gateway = new Gateway(example, ports);
    await eventually('the gateway passes requests on', async () => {
      const answer = await fetch(`http://127.0.0.1:${ports.http}/profiles/health/live`).catch(() => null);
      return answer?.status === 200;
    });
    return gateway;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'close');
    this.child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}

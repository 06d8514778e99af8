import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import supertest, { type Response } from 'supertest';
import { freePort } from '../../../sandbox/redis/local-redis.ts';
import { eventually } from '../../support/eventually.ts';
import { withoutProgram } from './gateway.ts';

const rules = readFileSync(new URL('shared-cache.vcl', import.meta.url), 'utf8');

/** What to add to the title of tests that this machine cannot run; null when it can. */
export const withoutVarnish = withoutProgram({ program: 'varnishd' });

/** A Varnish in front of one process of the service, with the rules of `shared-cache.vcl`. */
export class Varnish {
  readonly http: ReturnType<typeof supertest>;
  private readonly folder = mkdtempSync(join(tmpdir(), 'varnish-'));
  private readonly child: ChildProcess;

  private constructor(serviceUrl: string, port: number, obeysPrivate: boolean) {
    this.http = supertest(`http://127.0.0.1:${port}`);
    const vcl = join(this.folder, 'shared-cache.vcl');
    const text = obeysPrivate ? rules : rules.replace(/# OBEYS PRIVATE.*# END/s, '');
    writeFileSync(vcl, text.replace('"3000"', `"${new URL(serviceUrl).port}"`));
    const memory = ['-s', 'malloc,16m', '-p', 'vsl_space=2M', '-p', 'thread_pool_min=10'];
    const args = ['-F', '-j', 'none', '-T', 'none', '-n', this.folder, '-a', `127.0.0.1:${port}`, '-f', vcl, ...memory];
    this.child = spawn('varnishd', args, { stdio: 'ignore' });
  }

  /** Resolves when it passes requests on. @param obeysPrivate false: it stores `private` answers as well */
  static async start(serviceUrl: string, obeysPrivate: boolean): Promise<Varnish> {
    const varnish = new Varnish(serviceUrl, await freePort(), obeysPrivate);
    await eventually('Varnish passes requests on', async () => {
      const answer = await varnish.http.get('/health/live').catch(() => null);
      return answer?.status === 200;
    });
    return varnish;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'close');
    this.child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}

/** Whether Varnish gave an answer that it had stored: it then names two requests, this one and the one it was stored for. */
export const isStored = ({ headers }: Response): boolean => String(headers['x-varnish']).includes(' ');

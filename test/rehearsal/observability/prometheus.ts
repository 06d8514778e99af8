import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { freePort } from '../../../sandbox/redis/local-redis.ts';
import { RULES } from '../../deploy/promtool.ts';
import { eventually } from '../../support/eventually.ts';

/** What to add to the title of tests that this machine cannot run; null when it can. */
export const withoutPrometheus: string | null = spawnSync('prometheus', ['--version']).error
  ? ' (needs prometheus)'
  : null;

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [at: number, value: string];
}

/** A real Prometheus with the project's rules, which scrapes one process each second. */
export class Prometheus {
  private readonly folder: string;
  private readonly child: ChildProcess;
  private readonly url: string;

  private constructor(folder: string, child: ChildProcess, url: string) {
    this.folder = folder;
    this.child = child;
    this.url = url;
  }

  /** Resolves when it has scraped the target. @param target of the service, as `host:port` */
  static async start(target: string): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
    const configuration = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [RULES],
      scrape_configs: [{ job_name: 'customer-profiles', static_configs: [{ targets: [target] }] }],
    };
    const file = join(folder, 'prometheus.yaml');
    writeFileSync(file, stringify(configuration));
    const address = `127.0.0.1:${await freePort()}`;
    const args = [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
    ];
    const child = spawn('prometheus', args, { stdio: 'ignore' });
    const prometheus = new Prometheus(folder, child, `http://${address}`);
    await eventually('the service is scraped', async () => {
      const samples = await prometheus.query('up == 1').catch(() => []);
      return samples.length === 1;
    });
    return prometheus;
  }

  /** @throws Error with what Prometheus says against the query */
  async query(expr: string): Promise<readonly Sample[]> {
    const answer = await fetch(`${this.url}/api/v1/query?query=${encodeURIComponent(expr)}`);
    const body = (await answer.json()) as { error?: string; data?: { result: readonly Sample[] } };
    if (!body.data) throw new Error(`${expr}: ${body.error ?? 'no data'}`);
    return body.data.result;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'close');
    this.child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}

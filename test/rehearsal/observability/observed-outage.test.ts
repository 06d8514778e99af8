import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { stagedCustomer } from '../../profile-cache/stage.ts';
import { buildService, type BuiltService } from '../../support/built-service.ts';
import { eventually } from '../../support/eventually.ts';
import { sandboxVariables } from '../../support/service.ts';
import { Prometheus, withoutPrometheus } from './prometheus.ts';

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const { panels } = JSON.parse(
  readFileSync(new URL('../../../deploy/monitoring/dashboard.json', import.meta.url), 'utf8'),
) as { readonly panels: readonly Panel[] };
const QUERIES = panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const));
/** As Grafana fills in its variables. */
const filled = (expr: string): string => expr.replaceAll('$namespace', '.*').replaceAll('$__rate_interval', '60s');

(withoutPrometheus === null ? describe : describe.skip)(
  `an upstream that fails, seen through a real Prometheus${withoutPrometheus ?? ''}`,
  () => {
    let redis: LocalRedis;
    let sandbox: Sandbox;
    let built: BuiltService;
    let prometheus: Prometheus;
    let url: string;

    beforeAll(async () => {
      built = buildService();
      [redis, sandbox] = await Promise.all([startRedis(), startSandbox()]);
      const service = built.start(sandboxVariables(sandbox.url, { REDIS_URL: redis.url, LOG_LEVEL: 'info' }));
      url = await service.url;
      prometheus = await Prometheus.start(new URL(url).host);
    });

    afterAll(async () => {
      await prometheus.stop();
      built.endAll();
      await Promise.all([redis.kill(), sandbox.close()]);
    });

    const read = async (): Promise<void> => {
      const answer = await fetch(url + stagedCustomer(sandbox).path);
      await answer.text();
    };
    const panel = async (title: string): Promise<readonly Readonly<Record<string, string>>[]> => {
      const exprs = QUERIES.filter(([name]) => name === title).map(([, expr]) => expr);
      const results = await Promise.all(exprs.map((expr) => prometheus.query(filled(expr))));
      return results
        .flat()
        .filter(({ value }) => Number(value[1]) > 0)
        .map(({ metric }) => metric);
    };

    it.each(QUERIES)('Prometheus answers a query of “%s”', async (_title, expr) => {
      await expect(prometheus.query(filled(expr))).resolves.toBeInstanceOf(Array);
    });

    it('shows on the dashboard which source fails and how, and begins the alert for it', async () => {
      sandbox.faults.set('stripe', { kind: 'status', status: 500 });
      const shown = (title: string, labels: object): Promise<void> =>
        eventually(`“${title}” shows it`, async () => {
          await Promise.all(Array.from({ length: 10 }, read));
          return (await panel(title)).some((one) => isDeepStrictEqual(one, labels));
        });
      await shown('Breakers', { upstream: 'billing', operation: 'get_connector_stripe' });
      // A series that its first event has made has a rate from the second one on: the breaker's probes.
      await shown('Calls that did not give an answer', {
        upstream: 'billing',
        operation: 'get_connector_stripe',
        state: 'upstream_error',
      });
      await shown('Incomplete profiles', {});
      expect(await panel('Breakers')).toHaveLength(1);
      await eventually('the alert has begun', async () => {
        const alerts = await prometheus.query('ALERTS{alertname="CustomerProfilesUpstreamBreakerOpen"}');
        return alerts.some(({ metric }) => metric.operation === 'get_connector_stripe');
      });
    });
  },
);

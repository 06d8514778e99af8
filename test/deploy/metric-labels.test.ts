import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { queriedMetrics, usedLabels } from './promql.ts';
import { rules } from './promtool.ts';

/** Prometheus adds these to each sample. */
const OF_PROMETHEUS = ['namespace', 'job', 'instance', 'le'];

let stage: Stage;
let labelsOf: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  stage = await openStage();
  const service = await stage.service();
  await service.http.get(stage.customer().path).expect(200);
  const { registry } = service.app.get(Metrics, { strict: false });
  labelsOf = new Map(
    (await registry.getMetricsAsJSON()).map(({ name, values }) => {
      const metric = registry.getSingleMetric(name) as unknown as { labelNames?: string[] };
      const ofSamples = (values as { labels: object }[]).flatMap(({ labels }) => Object.keys(labels));
      return [name, [...new Set([...(metric.labelNames ?? []), ...ofSamples])]] as const;
    }),
  );
});

afterAll(() => stage.close());

const dashboard = JSON.parse(
  readFileSync(new URL('../../deploy/monitoring/dashboard.json', import.meta.url), 'utf8'),
) as {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
};
const queries = [
  ...rules().map(({ alert, record, expr }) => [alert ?? record ?? '', expr] as const),
  ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
];

it.each(queries)('%s selects and groups by labels that its metrics have', (_title, expr) => {
  const known = queriedMetrics(expr).flatMap(
    (name) => labelsOf.get(name) ?? labelsOf.get(name.replace(/_(bucket|count|sum)$/, '')) ?? [],
  );
  expect(usedLabels(expr).filter((label) => ![...known, ...OF_PROMETHEUS].includes(label))).toEqual([]);
});

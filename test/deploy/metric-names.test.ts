import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../src/config/callers/callers.ts';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { buildService, type BuiltService } from '../support/built-service.ts';
import { sandboxVariables } from '../support/service.ts';
import { queriedMetrics } from './promql.ts';
import { rules } from './promtool.ts';

const KEY = 'key-of-prometheus';
/** Prometheus itself makes it of each scrape. */
const OF_PROMETHEUS = ['up'];

interface Dashboard {
  readonly uid: string;
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] };
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}

const dashboard = JSON.parse(
  readFileSync(new URL('../../deploy/monitoring/dashboard.json', import.meta.url), 'utf8'),
) as Dashboard;
const recorded = rules().flatMap(({ record }) => record ?? []);
const queries = [
  ...rules().map(({ alert, record, expr }) => [alert ?? record ?? '', expr] as const),
  ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
];

describe('the dashboard and the rules of deploy/monitoring/', () => {
  let stage: Stage;
  let built: BuiltService;
  let folder: string;
  let served: ReadonlySet<string>;

  beforeAll(async () => {
    stage = await openStage();
    built = buildService();
    folder = mkdtempSync(join(tmpdir(), 'callers-'));
    const file = join(folder, 'callers.json');
    const caller = { name: 'prometheus', keySha256: sha256(KEY), rights: ['operations:read'] };
    writeFileSync(file, JSON.stringify({ callers: [caller] }));
    const organisations = join(folder, 'organisations.json');
    const organisation = {
      id: randomUUID(),
      ...{ resellerApiKey: 'zq7', resellerAccessToken: 'zq7', billingApiKey: 'zq7' },
    };
    writeFileSync(organisations, JSON.stringify({ organisations: [organisation] }));
    const more = {
      ...{ AUTH_MODE: 'api-key', CALLERS_FILE: file, REDIS_URL: stage.redis.url },
      ...{ ORGANISATIONS_FILE: organisations, RESELLER_API_KEY: '', RESELLER_CLIENT_SECRET: '' },
      ...{ BILLING_API_KEY: '', BILLING_ORGANISATION: '' },
    };
    const url = await built.start(sandboxVariables(stage.sandbox.url, more)).url;
    const text = await (await fetch(`${url}/metrics`, { headers: { 'X-Api-Key': KEY } })).text();
    served = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name = '']) => name));
  });

  afterAll(async () => {
    built.endAll();
    await stage.close();
    rmSync(folder, { recursive: true });
  });

  it.each(queries)('%s queries metrics that a running service has', (_title, expr) => {
    const names = queriedMetrics(expr).filter((name) => !OF_PROMETHEUS.includes(name) && !recorded.includes(name));
    expect(names.map(familyOf).filter((name) => !served.has(name))).toEqual([]);
  });

  it('have one stable address, and no data source of their own', () => {
    expect(dashboard.uid).toBe('customer-profiles');
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource', 'namespace']);
  });

  /** A histogram's samples have a suffix that its name has not. */
  const familyOf = (name: string): string => (served.has(name) ? name : name.replace(/_(bucket|count|sum)$/, ''));
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../../src/app.ts';
import { Clock } from '../../../src/config/clock.ts';
import { Config } from '../../../src/config/config.ts';
import { readEnv } from '../../../src/config/environment/read-env.ts';
import { countDroppedLines } from '../../../src/telemetry/dropped-lines.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { Metrics } from '../../../src/telemetry/metrics.ts';
import { StandardOutput } from '../../../src/telemetry/standard-output.ts';

export interface MetricDescription {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labels: readonly string[];
}

/** Every metric that a service with all of its optional files has. Nothing listens and nothing is called. */
export async function everyMetric(): Promise<readonly MetricDescription[]> {
  const folder = mkdtempSync(join(tmpdir(), 'metrics-'));
  const clock = new Clock();
  const log = createLogger('silent', clock, { write: () => undefined });
  const app = await createApp(new Config(readEnv(variables(folder))), log, clock, () => undefined);
  try {
    const metrics = app.get(Metrics);
    countDroppedLines(new StandardOutput(clock), metrics, log);
    const described = await metrics.registry.getMetricsAsJSON();
    return described.map(({ name, help, type }) => {
      const { labelNames = [] } = metrics.registry.getSingleMetric(name) as unknown as { labelNames?: string[] };
      // The types say it is a number, as in an enumeration; it is the word.
      return { name, help, type: String(type), labels: labelNames };
    });
  } finally {
    await app.close();
    rmSync(folder, { recursive: true });
  }
}

function variables(folder: string): Record<string, string> {
  const file = (name: string, content: object): string => {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const organisation = {
    id: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
    resellerApiKey: 'none',
    resellerAccessToken: 'none',
    billingApiKey: 'none',
  };
  const caller = { name: 'nobody', keySha256: '0'.repeat(64), rights: ['profiles:read'] };
  return {
    ORGANISATIONS_FILE: file('organisations.json', { organisations: [organisation] }),
    AUTH_MODE: 'api-key',
    CALLERS_FILE: file('callers.json', { callers: [caller] }),
  };
}

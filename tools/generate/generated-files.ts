import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { apiDescription } from './api-description.ts';
import { clientTypes } from './client-types.ts';
import { environmentExample, environmentReference } from './environment.ts';
import { metricReference } from './metrics/metric-reference.ts';
import { dashboard } from './monitoring/dashboard.ts';
import { prometheusRuleManifest, prometheusRules } from './monitoring/rules.ts';

/** A file that is made from the source, as it should be. */
export interface GeneratedFile {
  /** From the project's root. */
  readonly path: string;
  readonly content: string;
}

export async function generatedFiles(): Promise<readonly GeneratedFile[]> {
  const description = await apiDescription();
  return [
    { path: 'docs/environment.md', content: environmentReference() },
    { path: '.env.example', content: environmentExample() },
    { path: 'docs/openapi.json', content: description },
    { path: 'docs/metrics.md', content: await metricReference() },
    { path: 'deploy/monitoring/rules.yaml', content: prometheusRules() },
    { path: 'deploy/monitoring/prometheus-rule.yaml', content: prometheusRuleManifest() },
    { path: 'deploy/monitoring/dashboard.json', content: dashboard() },
    { path: 'client/src/api.ts', content: await clientTypes(description) },
  ];
}

/** Where a generated file lies. */
export function locationOf({ path }: GeneratedFile): URL {
  return new URL(`../../${path}`, import.meta.url);
}

/** Whether the file on disk is up to date. */
export function isCurrent(file: GeneratedFile): boolean {
  try {
    return readFileSync(locationOf(file), 'utf8') === file.content;
  } catch {
    return false;
  }
}

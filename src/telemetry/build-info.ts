import { createRequire } from 'node:module';
import { Gauge } from 'prom-client';
import { type Metrics } from './metrics.ts';

/** The version in package.json. */
export const { version: SERVICE_VERSION } = createRequire(import.meta.url)('../../package.json') as {
  readonly version: string;
};

/** Shows which build runs. @param revision the commit from which it was built */
export function showBuild({ registry }: Metrics, revision: string): void {
  new Gauge({
    name: 'customer_profiles_build_info',
    help: 'Always 1: the version of the service, the commit it was built from, and the version of Node.js.',
    labelNames: ['version', 'revision', 'node_version'],
    registers: [registry],
  }).set({ version: SERVICE_VERSION, revision, node_version: process.versions.node }, 1);
}

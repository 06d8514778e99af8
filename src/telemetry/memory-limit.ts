import { totalmem } from 'node:os';
import { Gauge } from 'prom-client';
import { type Metrics } from './metrics.ts';

/** Shows how much memory the process may use, so that an alert need not know the size of its container. */
export function showMemoryLimit({ registry }: Metrics): void {
  new Gauge({
    name: 'process_memory_limit_bytes',
    help: 'Memory that the process may use: the limit of its container, or the memory of the machine.',
    registers: [registry],
  }).set(Math.min(process.constrainedMemory() || Infinity, totalmem()));
}

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Step } from './schedule.ts';

/** A description of the routes, as far as it is read. */
interface Description {
  readonly paths: Readonly<Record<string, { readonly delete?: { readonly parameters?: readonly Parameter[] } }>>;
}

interface Parameter {
  readonly name: string;
}

/** The route that a step asks, where not every build has it. */
function routeOf(step: Step): string | null {
  if (step.kind === 'invalidate') return '/v1/invalidations';
  if (step.kind === 'follow') return '/v1/customer-profile-changes';
  if (step.kind === 'erase' || step.kind === 'lift') return '/v1/customer-erasures';
  return step.kind === 'read' && step.form === 'batch' ? '/v1/customer-profiles/batch-get' : null;
}

/** Whether a build can take a step, by the description in the docs/ beside its dist/. @param main the path of its main.js */
export function offeredBy(main: string): (step: Step) => boolean {
  const description = readFileSync(join(dirname(main), '../docs/openapi.json'), 'utf8');
  const { paths } = JSON.parse(description) as Description;
  const forgetting = paths['/v1/customer-profiles/{customerId}/cache']?.delete?.parameters ?? [];
  return (step) => {
    if (step.kind === 'forget' && step.source !== '') return forgetting.some(({ name }) => name === 'source');
    const route = routeOf(step);
    return route === null || Object.hasOwn(paths, route);
  };
}

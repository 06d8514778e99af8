import { type SandboxCustomer } from '../../sandbox/customer.ts';
import { profilePath, type Stack } from '../customer-profiles/stack.ts';
import { type Service } from '../support/service.ts';

export type Answer = Awaited<ReturnType<Service['http']['get']>>;

/** What the record says of one of its sources. */
export function sourceOf(body: Answer['body'], name: string): Record<string, unknown> | undefined {
  return (body.sources as Record<string, unknown>[]).find(({ source }) => source === name);
}

/** The states of the connectors of a record, by name. */
export function connectorStates(body: Answer['body']): Readonly<Record<string, string>> {
  const connectors = body.connectors as readonly { readonly name: string; readonly state: string }[];
  return Object.fromEntries(connectors.map(({ name, state }) => [name, state]));
}

/** The sum of a metric's series that carry these labels; 0 when there is none. */
export async function metric(service: Service, name: string, labels: Record<string, string> = {}): Promise<number> {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const { text } = await service.http.get('/metrics');
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

/** The log's lines about attempts that failed. */
export function failedAttempts(service: Service, upstream: string): readonly Record<string, unknown>[] {
  return service.log.filter((line) => line.msg === 'upstream call failed' && line.upstream === upstream);
}

/** Reads the customer and says how long it took. */
export async function timedRead(service: Service, path: string): Promise<{ answer: Answer; elapsedMs: number }> {
  const startedAt = performance.now();
  const answer = await service.http.get(path);
  return { answer, elapsedMs: performance.now() - startedAt };
}

/** So many customers that only the reseller knows; each read costs one call. */
export function resellerOnly(stack: Stack, count: number): readonly string[] {
  return Array.from({ length: count }, () => profilePath(stack.newCustomer('no-billing-customer')));
}

/** A customer that every connector knows, as a read of the profile with that link. */
export function linkedCustomer(stack: Stack): SandboxCustomer & { readonly path: string } {
  const one = stack.newCustomer('fully-linked');
  return { ...one, path: profilePath(one) };
}

/** The port of a URL such as the sandbox's. */
export const portOf = (url: string): number => Number(new URL(url).port);

import { type SandboxCustomer } from '../../sandbox/customers/customer.ts';
import { type Counts } from '../../sandbox/traffic.ts';
import { RedisConnection } from '../../src/redis/redis-connection.ts';
import { profilePath, type Stack } from '../customer-profiles/stack.ts';
import { eventually } from '../support/eventually.ts';
import { seriesOf } from '../support/exposition.ts';
import { type Service } from '../support/service.ts';

export type Answer = Awaited<ReturnType<Service['http']['get']>>;

/** One of the record's sources. */
export function sourceOf(body: Answer['body'], name: string): Record<string, unknown> | undefined {
  return (body.sources as Record<string, unknown>[]).find(({ source }) => source === name);
}

/** The states of the connectors of a record, by name. */
export function connectorStates(body: Answer['body']): Readonly<Record<string, string>> {
  const connectors = body.connectors as readonly { readonly name: string; readonly state: string }[];
  return Object.fromEntries(connectors.map(({ name, state }) => [name, state]));
}

/**
 * The sum of a metric's series that carry these labels; 0 while there is none.
 * @throws Error when there is no such metric
 */
export async function metric(service: Service, name: string, labels: Record<string, string> = {}): Promise<number> {
  const { text } = await service.http.get('/metrics').expect(200);
  return seriesOf(text, name, labels).reduce((sum, { value }) => sum + value, 0);
}

/** The log's lines about attempts that failed. */
export function failedAttempts(service: Service, upstream: string): readonly Record<string, unknown>[] {
  return service.log.filter((line) => line.msg === 'upstream call failed' && line.upstream === upstream);
}

/** Reads the customer and says how much of the service's time it took. */
export async function timedRead(service: Service, path: string): Promise<{ answer: Answer; elapsedMs: number }> {
  const startedAt = service.clock.monotonic();
  const answer = await service.http.get(path);
  return { answer, elapsedMs: service.clock.monotonic() - startedAt };
}

/** Not even a machine that is very busy loses its Redis, whose connection has timers of real time. */
export const PATIENT_REDIS = { REDIS_TIMEOUT_MS: '10000' };

/** How many attempts to call an upstream, whichever or this one, have come to their end since the start. */
export const callsSoFar = (service: Service, upstream?: string): Promise<number> =>
  metric(service, 'http_client_request_duration_seconds_count', upstream === undefined ? {} : { upstream });

/** Resolves when this many have ended. */
export function callsEnded(service: Service, count: number, upstream?: string): Promise<void> {
  return eventually(`${count} calls have ended`, async () => (await callsSoFar(service, upstream)) === count);
}

/** Resolves when no call to an upstream is under way any more. */
export function noCallUnderWay(service: Service): Promise<void> {
  return eventually('no call is under way', async () => (await metric(service, 'http_client_active_requests')) === 0);
}

/** Waits until the sandbox has been asked `asked` times and all but `left` calls are over for the service. */
export async function onlyUnderWay(stack: Stack, service: Service, asked: number, left: number): Promise<void> {
  await stack.sandbox.traffic.until((counts) => callsOf(counts) === asked);
  await eventually(
    `only ${left} calls are under way`,
    async () => (await metric(service, 'http_client_active_requests')) === left,
  );
}

/** How often the sandbox was asked anything. */
export const callsOf = ({ bySource }: Counts): number => Object.values(bySource).reduce((sum, count) => sum + count, 0);

/** Less than the service gives Redis. */
const STEP_MS = 1000;

/** Moves the clock while fetches are under way, in steps; Redis answers between them. */
export async function passDuringFetches(service: Service, ms: number): Promise<void> {
  const connection = service.app.get(RedisConnection, { strict: false });
  for (let leftMs = ms; leftMs > 0; leftMs -= STEP_MS) {
    service.clock.advance(Math.min(STEP_MS, leftMs));
    await connection.tryRun((redis) => redis.ping());
  }
}

/** The service has gone through whatever it could do until now. */
export const roundTrip = async (service: Service): Promise<unknown> => service.http.get('/health/live').expect(200);

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

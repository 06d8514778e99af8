import { credentials } from '../../sandbox/credentials.ts';
import { WideInvalidations } from '../../src/profile-cache/wide/wide-invalidations.ts';
import { type InvalidationMode } from '../../src/profile-cache/wide/wide-numbers.ts';
import { linkedAs, metric, type Stage, type StagedCustomer } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { type Service } from '../support/service.ts';

export const ORGANISATION = credentials.billing.organisation;

/** What an invalidation may be about, and what of the customer it covers. */
export const LEVELS = [
  { level: 'customers', name: true, stripe: true },
  { level: 'the reseller of a customer', name: true, stripe: false },
  { level: 'a connector of a customer', name: false, stripe: true },
  { level: 'a billing customer', name: false, stripe: true },
  { level: 'the reseller', name: true, stripe: false },
  { level: 'a connector', name: false, stripe: true },
  { level: 'the organisation', name: true, stripe: true },
] as const;
export type Level = (typeof LEVELS)[number]['level'];

/** DELETE …/cache has no mode. */
export const hasMode = (level: Level): boolean => !level.endsWith('of a customer');

/** Invalidates the customer at this level. */
export async function invalidate(
  by: Service,
  level: Level,
  { customerId, billingCustomerId, unlinkedPath }: StagedCustomer,
  mode: InvalidationMode,
): Promise<void> {
  const source = level.includes('reseller') ? 'reseller' : 'stripe';
  if (!hasMode(level)) {
    await by.http.delete(`${unlinkedPath}/cache?source=${source}`).expect(204);
    return;
  }
  const bodies: Partial<Record<Level, object>> = {
    customers: { customerIds: [customerId] },
    'a billing customer': { billingCustomerId },
    'the reseller': { source },
    'a connector': { source },
    'the organisation': { organisation: true },
  };
  await by.http
    .post('/v1/invalidations')
    .send({ ...bodies[level], mode })
    .expect(202);
}

/** Gives the customer the values of a version, at the reseller and at stripe. */
export function setVersion(stage: Stage, customer: StagedCustomer, version: number): void {
  stage.rename(customer, `Ravensworth ${version}`, { stripe: linkedAs(`cus_${version}`) });
}

/** The versions that an answer shows. */
export function versionsOf(body: unknown): { readonly name: number; readonly stripe: number } {
  const { name, connectors } = body as {
    name: string;
    connectors: readonly { name: string; referenceId?: string }[] | null;
  };
  const reference = connectors?.find((one) => one.name === 'stripe')?.referenceId ?? '';
  return { name: Number(/\d+$/.exec(name)?.[0]), stripe: Number(/\d+$/.exec(reference)?.[0]) };
}

const SENT = 'profile_cache_invalidations_total{direction="sent"}';
const RECEIVED = 'profile_cache_invalidations_total{direction="received"}';

/** Resolves when each of two services has heard of everything that the other one has invalidated. */
export async function heardEachOther(one: Service, other: Service): Promise<void> {
  const hears = async (sender: Service, receiver: Service): Promise<boolean> =>
    (await metric(sender, SENT)) === (await metric(receiver, RECEIVED));
  await eventually('both have heard', async () => (await hears(one, other)) && (await hears(other, one)));
  await Promise.all([one, other].map((service) => wideOf(service).settled()));
}

export const wideOf = ({ app }: Service): WideInvalidations => app.get(WideInvalidations, { strict: false });

import { type DependencyReport } from '../../src/health/health.schema.ts';
import { SWEEP_POLL_INTERVAL_MS } from '../../src/profile-sweep/profile-sweep.ts';
import { type StagedCustomer } from '../profile-cache/stage.ts';
import { eventually } from '../support/eventually.ts';
import { type Service, type Variables } from '../support/service.ts';

export const HOUR_MS = 3_600_000;
export const LOOK_MS = SWEEP_POLL_INTERVAL_MS;
/** So large a quota that the sweep never waits for its turn. */
export const AS_FAST_AS_IT_CAN: Variables = { RESELLER_QUOTA_CALLS: '999999999', SWEEP_QUOTA_SHARE: '1' };

export type SweepReport = NonNullable<DependencyReport['sweep']>;

/** What the service knows of the sweep. */
export async function sweepOf({ http }: Service): Promise<SweepReport> {
  return ((await http.get('/health/dependencies')).body as { sweep: SweepReport }).sweep;
}

/** Resolves when a round has ended that began after `startedAt`. */
export async function roundEnded(service: Service, startedAt: string | null): Promise<void> {
  await eventually('the round has ended', async () => {
    const sweep = await sweepOf(service);
    if (sweep.startedAt === startedAt || sweep.isLeader || sweep.endedAt === null) return false;
    return true;
  });
}

export async function putLink({ http }: Service, customer: StagedCustomer): Promise<void> {
  const { customerId, billingCustomerId } = customer;
  await http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId }).expect(201);
}

import { pass, settled } from './passing-time.ts';
import { type Service } from './service.ts';

/** Longer than a breaker looks back, and than a source is left alone after a failure of its own. */
const QUIET_MS = 61_000;

/**
 * After each test of those that share a service: nothing is under way, what its failures left behind is over, and the log is
 * empty. A `Retry-After` lasts longer, so a test that sends one has a service of its own.
 */
export async function quietAgain(service: Service, quietMs = QUIET_MS): Promise<void> {
  await pass(quietMs, service);
  await settled(service);
  service.forgetLog();
}

import { type Redis } from 'ioredis';
import { type StagedCustomer } from '../profile-cache/stage.ts';
import { pass, settled } from '../support/passing-time.ts';
import { type Service, type Variables } from '../support/service.ts';

export const ERASURES = '/v1/customer-erasures';

/** Keys of no value: with them customers can be erased. */
export const ERASURE_VARIABLES: Variables = {
  ERASURE_KEY: Buffer.alloc(32, 1).toString('base64'),
  ERASURE_SIGNING_KEYS: `new:${Buffer.alloc(32, 2).toString('base64')},old:${Buffer.alloc(32, 3).toString('base64')}`,
};

export interface Receipt {
  readonly customerId: string;
  readonly organisation: string;
  readonly requestId: string;
  readonly status: string;
  readonly receivedAt: string;
  readonly erasedAt: string;
  readonly removed: Readonly<Record<string, number>>;
  readonly notCovered: readonly string[];
  readonly completeBy: string;
  readonly tombstoneUntil: string;
  readonly caller: string;
  readonly signature: { readonly algorithm: string; readonly keyId: string; readonly value: string };
}

type Named = Pick<StagedCustomer, 'customerId'>;
interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

/** So long an erasure waits until no copy and no read of before is left, with these variables of a test. */
export const waitMsOf = (localSeconds = 2): number => Math.max(localSeconds * 1000, 2000) + 10_000;

const STEP_MS = 3000;

/**
 * Erases the customer by the first service. The wait for copies passes as soon as it begins, in steps in which Redis answers what all
 * of them ask beside it.
 */
export async function erase(
  services: readonly [Service, ...Service[]],
  { customerId }: Named,
  more: { readonly requestId?: string } = {},
  waitMs = waitMsOf(),
): Promise<Answer<Receipt>> {
  const [service] = services;
  const answer = Promise.resolve(service.http.post(ERASURES).send({ customerId, ...more }));
  const begun = service.clock.whenSet((ms) => ms === waitMs).then(() => true);
  if (await Promise.race([begun, answer.then(() => false)])) await passInSteps(waitMs, services);
  const { status, body } = await answer;
  return { status, body: body as Receipt };
}

/** So much time passes while Redis answers. */
export async function passInSteps(ms: number, services: readonly Service[]): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) await pass(Math.min(left, STEP_MS), ...services);
  await Promise.all(services.map(settled));
}

/** Everything in Redis by name and serialised value. */
export async function dumpOf(raw: Redis): Promise<ReadonlyMap<string, string>> {
  await raw.config('SET', 'rdbcompression', 'no');
  const names = await raw.keys('*');
  const dumps = await Promise.all(names.map((name) => raw.dumpBuffer(name)));
  return new Map(names.map((name, at) => [name, dumps[at]?.toString('latin1') ?? '']));
}

/** The names of keys that hold, or are, one of these texts. */
export async function keysThatName(raw: Redis, ...texts: readonly string[]): Promise<readonly string[]> {
  const dump = await dumpOf(raw);
  return [...dump]
    .filter(([name, value]) => texts.some((text) => name.includes(text) || value.includes(text)))
    .map(([name]) => name);
}

import { type OtherId } from '../../../client/src/index.ts';
import { type Failure, failureOf } from './failure.ts';
import { type Guess, guessesOf } from './guesses.ts';
import { may, type Session } from './session.ts';

/** One look-up of the typed id, and its result. */
export interface SearchAttempt {
  readonly guess: Guess;
  readonly customerIds: readonly string[];
  /** There may be others. */
  readonly more: boolean;
  /** Why the look-up failed; null: it did not. */
  readonly failure: Failure | null;
}

export interface Hit {
  readonly customerId: string;
  /** null: hidden from the caller, or not known. */
  readonly status: string | null;
}

export interface SearchResult {
  readonly tried: readonly SearchAttempt[];
  readonly hits: readonly Hit[];
}

/** The status is read for so many hits. */
const MAX_DESCRIBED = 100;

/** Makes all look-ups that the text can be an id for, in parallel. @throws the signal's reason */
export async function findCustomers(session: Session, text: string, signal: AbortSignal): Promise<SearchResult> {
  const tried = await Promise.all(guessesOf(text).map((guess) => look(session, guess, signal)));
  const customerIds = [...new Set(tried.flatMap((one) => one.customerIds))];
  const hits = customerIds.length < 2 ? customerIds.map((customerId) => ({ customerId, status: null })) : await described(session, customerIds, signal); // prettier-ignore
  return { tried, hits };
}

async function look(session: Session, guess: Guess, signal: AbortSignal): Promise<SearchAttempt> {
  const nothing = { guess, customerIds: [], more: false, failure: null };
  try {
    if (guess.kind === 'customer') return { ...nothing, customerIds: await asCustomer(session, guess.id, signal) };
    const { customerIds, more = false } = await session.client.lookUp(otherId(guess), { signal });
    return { ...nothing, customerIds, more };
  } catch (error) {
    signal.throwIfAborted();
    const failure = failureOf(error, Date.now());
    return failure.kind === 'unknown_customer' ? nothing : { ...nothing, failure };
  }
}

/** Without the right to read a profile, the explanation says what there is. */
async function asCustomer(session: Session, customerId: string, signal: AbortSignal): Promise<readonly string[]> {
  if (!may(session, 'profiles:read')) return [customerId];
  try {
    await session.client.profile(customerId, { fields: ['account.status'], signal });
  } catch (error) {
    signal.throwIfAborted();
    // The customer's page shows these in detail.
    if (!['source', 'erased'].includes(failureOf(error, Date.now()).kind)) throw error;
  }
  return [customerId];
}

function otherId(guess: Exclude<Guess, { kind: 'customer' }>): OtherId {
  if (guess.kind === 'billing') return { billingCustomerId: guess.id };
  if (guess.kind === 'external') return { externalReferenceId: guess.id };
  return { connector: guess.connector, referenceId: guess.id };
}

/** Adds each customer's status; null where the profile cannot be read. */
async function described({ client }: Session, customerIds: readonly string[], signal: AbortSignal): Promise<Hit[]> {
  const some = customerIds.slice(0, MAX_DESCRIBED);
  const results = await client.batchGet(some, { fields: ['account.status'], signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    failureOf(error, Date.now()); // The ids alone are enough to choose from.
    return [];
  });
  return customerIds.map((customerId, at) => {
    const result = results[at];
    const profile = result && 'profile' in result ? result.profile : null;
    return { customerId, status: profile?.account?.status?.label ?? null };
  });
}

import { type ProfileFields, ProfileProblem } from '../../../client/src/index.ts';
import { type Failure, failureOf } from './failure.ts';
import { may, type Session } from './session.ts';
import { type CustomerView, type Explanation, type LinkView, type Subject } from './view.ts';

/** Fields that need every source and hold no personal data. */
const FIELDS = ['sources', 'identity', 'account.status'] as const;

export interface ReadOptions {
  /** Bypasses the cache: every source is asked. */
  readonly asksAgain: boolean;
  /** Asks for values, which leaves an audit line. */
  readonly showsValues: boolean;
  readonly signal: AbortSignal;
}

/** The view of a customer, or why there is none. */
export type Reading = CustomerView | { readonly failed: Failure };

/** Pauses before the explanation is read again while it is older than the profile. */
const RETRY_DELAYS_MS = [50, 150, 400, 800];

type Sources = NonNullable<ProfileFields['sources']>;

/** Failures after which an explanation would say nothing more. */
const FINAL = ['offline', 'signed_out', 'unknown_customer', 'erased', 'busy', 'invalid'];

/** Reads the profile, so that the sources are asked, and then has it explained. @throws the signal's reason */
export async function readCustomer(session: Session, subject: Subject, options: ReadOptions): Promise<Reading> {
  const { signal } = options;
  const isRead = may(session, 'profiles:read');
  const read = isRead ? await readProfile(session, subject, options) : NOT_READ;
  if (read.failure && FINAL.includes(read.failure.kind)) return { failed: read.failure };
  const link = linkOf(session, subject.customerId, signal);
  try {
    const explanation = await explained(session, subject, read.sources, options);
    const { status, failure, sources } = read;
    const isAmbiguous = sources.some(({ ambiguous }) => ambiguous);
    return { ...subject, explanation, status, failure, isAmbiguous, link: await link, isRead, at: Date.now() };
  } catch (error) {
    signal.throwIfAborted();
    return { failed: failureOf(error, Date.now()) };
  }
}

interface Read extends Pick<CustomerView, 'status' | 'failure'> {
  readonly sources: Sources;
}
const NOT_READ: Read = { status: null, failure: null, sources: [] };

async function readProfile({ client }: Session, subject: Subject, { asksAgain, signal }: ReadOptions): Promise<Read> {
  const cacheControl = asksAgain ? { cacheControl: 'no-cache' } : {};
  try {
    const wanted = { ...linkQuery(subject), fields: FIELDS, ...cacheControl, signal };
    const { value } = await client.profile(subject.customerId, wanted);
    return { status: value.account?.status ?? null, failure: null, sources: value.sources ?? [] };
  } catch (error) {
    signal.throwIfAborted();
    return { ...NOT_READ, failure: failureOf(error, Date.now()) };
  }
}

/** Reads the explanation until it is as new as the profile: the service writes its cache after it has answered. */
async function explained(
  session: Session,
  subject: Subject,
  sources: Sources,
  options: ReadOptions,
): Promise<Explanation> {
  const { signal, showsValues } = options;
  const ask = (values: { readonly values?: true }): Promise<Explanation> =>
    session.client.explanation(subject.customerId, {
      ...linkQuery(subject),
      ...values,
      signal,
    }) as Promise<Explanation>;
  let explanation = await ask({});
  for (const pauseMs of RETRY_DELAYS_MS) {
    if (!isBehind(explanation, sources)) break;
    await pause(pauseMs);
    explanation = await ask({});
  }
  return showsValues ? ask({ values: true }) : explanation;
}

/** Whether it lacks an answer or a failure that the profile has. */
function isBehind({ parts }: Explanation, sources: Sources): boolean {
  const known = new Map(parts.map((part) => [part.source, part]));
  return sources.some(({ source, fetchedAt, lastAttempt }) => {
    const part = known.get(source);
    const failedAt = part?.failure?.at ?? '';
    if (fetchedAt === null) return failedAt === '';
    return fetchedAt > (part?.fetchedAt ?? '') || (lastAttempt?.at ?? '') > failedAt;
  });
}

const linkQuery = ({ billingCustomerId }: Subject): { readonly billingCustomerId?: string } =>
  billingCustomerId === undefined ? {} : { billingCustomerId };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The page does not wait longer for a link store that is down. */
const LINK_TIMEOUT_MS = 2000;

async function linkOf(session: Session, customerId: string, signal: AbortSignal): Promise<LinkView> {
  if (!may(session, 'links:read')) return { kind: 'hidden' };
  try {
    const { value, etag } = await session.client.links.get(customerId, { signal, timeoutMs: LINK_TIMEOUT_MS });
    return { kind: 'stored', link: value, etag };
  } catch (error) {
    if (error instanceof ProfileProblem && error.code === 'link_not_found') return { kind: 'none' };
    if (signal.aborted) return { kind: 'hidden' };
    return { kind: 'failed', failure: failureOf(error, Date.now()) };
  }
}

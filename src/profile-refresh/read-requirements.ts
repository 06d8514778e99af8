import { randomUUID } from 'node:crypto';
import { type Organisation } from '../config/organisations/organisations.ts';
import { type SourceName } from '../config/source-names.ts';
import { type ProfileKey, STORED_LINK } from '../profile-cache/cache-keys.ts';
import { type QuotaUser } from '../upstream/quota/quota-user.ts';
import { type CacheDirectives, NO_DIRECTIVES } from './cache-directives.ts';

/** The requirements of a read: which customer, which of its sources, and how fresh. */
export interface ReadRequirements {
  readonly organisation: Organisation;
  readonly customerId: string;
  /** A link for this request only; a lower-case UUID. */
  readonly billingCustomerId: string | null;
  /** The sources to call, including the link, in the order of the record and without repeats. */
  readonly sources: readonly SourceName[];
  /** Sources that must give a definite answer. */
  readonly required: readonly SourceName[];
  readonly directives: CacheDirectives;
  /** The caller; callers take turns, and share the reseller's quota. */
  readonly caller: QuotaUser;
  /** For the log. */
  readonly requestId: string;
}

/**
 * The requirements of a refresh that no caller waits for: the customer under the stored link.
 * @param since epoch ms; parts from before are fetched again
 */
export function requirementsSince(
  since: number,
  asked: Pick<ReadRequirements, 'organisation' | 'customerId' | 'sources' | 'caller'>,
): ReadRequirements {
  return {
    ...asked,
    billingCustomerId: null,
    required: [],
    directives: { ...NO_DIRECTIVES, notBefore: since },
    requestId: randomUUID(),
  };
}

/** The requirements for parts that this process has fetched itself, which needs no tolerance for other clocks. */
export function byOwnClock(requirements: ReadRequirements): ReadRequirements {
  return { ...requirements, directives: { ...requirements.directives, skewMs: 0 } };
}

/** The key under which a read's response is cached. A link that the request names has its own key. */
export function cacheKeyOf({ organisation, customerId, billingCustomerId }: ReadRequirements): ProfileKey {
  const { id, cacheScope: scope } = organisation;
  return { organisation: id, customerId, scope, variant: billingCustomerId ?? STORED_LINK };
}

import { Injectable } from '@nestjs/common';
import { Clock, CLOCK_TOLERANCE_MS } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { isConnector } from '../config/source-names.ts';
import { type ProfileContent } from '../customer-changes/feed/profile-content.ts';
import { type CustomerKey } from '../customer-ids/customer-key.ts';
import { type CachedResponse, toResponse, weakEtag } from '../profile-cache/cached-response.ts';
import { isDefinite } from '../profile-cache/part.ts';
import { WideInvalidations } from '../profile-cache/wide/wide-invalidations.ts';
import { MERGE_RULES_VERSION, mergeProfile } from '../profile-merge/merge.ts';
import { type Profile } from '../profile-merge/profile.schema.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { inSpanSync } from '../telemetry/traces/trace-scope.ts';
import { contentOf } from './content-of-record.ts';

/** A response, and the record that it shows. */
export interface BuiltResponse {
  readonly response: CachedResponse;
  readonly record: Profile;
}

/** Makes the response that the cache keeps ready: the whole record of all configured sources. */
@Injectable()
export class ResponseBuilder {
  /**
   * Identifies the rules, the policy and the sources with which this process merges. A response with another key is made
   * again from its parts.
   */
  readonly mergeKey: string;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly wide: WideInvalidations,
  ) {
    const further = config.sources.filter((source) => source !== 'reseller' && source !== 'billing');
    this.mergeKey = `${MERGE_RULES_VERSION} ${config.mergePolicy.version} ${further.join(',')}`;
  }

  /** Whether a response may be sent now: it is not due, not from the future, and was merged with the same key. */
  isReady({ dueAt, newestAt, mergeKey }: CachedResponse): boolean {
    const now = this.clock.now();
    return now < dueAt && newestAt <= now + CLOCK_TOLERANCE_MS && mergeKey === this.mergeKey;
  }

  /** @returns null when a source is missing, or the reseller does not have the customer */
  build(customer: CustomerKey, parts: ProfileParts): BuiltResponse | null {
    const record = this.merge(customer, parts);
    return record && { record, response: this.responseOf(customer.organisation, record, parts) };
  }

  /** @param parts the parts of which the content was made */
  responseOf(organisation: string, content: unknown, parts: ProfileParts): CachedResponse {
    return toResponse(organisation, content, parts, this.mergeKey, this.wide.numberOf(organisation, parts));
  }

  /**
   * The content of the record of these parts, without the times that say how fresh it is.
   * @param built made of the same parts; null: merges them
   * @returns null when `build` returns null
   */
  contentOf(customer: CustomerKey, parts: ProfileParts, built: BuiltResponse | null): ProfileContent | null {
    if (built) return contentOf(built.record, parts, built.response.etag);
    const record = this.merge(customer, parts);
    return record && contentOf(record, parts, weakEtag(record, `${customer.organisation} ${this.mergeKey}`));
  }

  private merge({ customerId }: CustomerKey, parts: ProfileParts): Profile | null {
    const { mergePolicy, billing, sources } = this.config;
    const { reseller, billing: link } = parts;
    if (!reseller || reseller.state === 'customer_unknown' || !isDefinite(reseller)) return null;
    if (!sources.every((source) => parts[source] ?? (isConnector(source) && link && !link.value))) return null;
    return inSpanSync('merge', () =>
      mergeProfile(customerId, parts, billing.connectors, this.clock.now(), mergePolicy),
    );
  }
}

import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type CustomerKey } from '../profile-cache/cache-keys.ts';
import { type CachedResponse, toResponse } from '../profile-cache/cached-response.ts';
import { isDefinite } from '../profile-cache/part.ts';
import { MERGE_RULES_VERSION, mergeProfile } from '../profile-merge/merge.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';

/** Makes the response that is kept ready: the whole record of all configured sources. */
@Injectable()
export class ResponseBuilder {
  /** What merges here; a response that was merged otherwise is merged anew from its parts. */
  readonly mergeKey: string;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
  ) {
    this.mergeKey = `${MERGE_RULES_VERSION} ${config.mergePolicy.version} ${config.billing.connectors.join(',')}`;
  }

  /** @returns null when a source is missing, or the customer cannot be answered for */
  build({ organisation, customerId }: CustomerKey, parts: ProfileParts): CachedResponse | null {
    const { mergePolicy, billing } = this.config;
    const { reseller, billing: link } = parts;
    if (!reseller || reseller.state === 'customer_unknown' || !isDefinite(reseller) || !link) return null;
    if (link.value && !billing.connectors.every((name) => parts[name])) return null;
    const record = mergeProfile(customerId, parts, billing.connectors, this.clock.now(), mergePolicy);
    return toResponse(organisation, record, parts, this.mergeKey);
  }
}

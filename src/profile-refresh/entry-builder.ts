import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { storedAnswer } from '../profile-cache/cached-response.ts';
import { makeEntry, type Parts, type ProfileEntry, type ProfileKey } from '../profile-cache/profile-entry.ts';
import { mergeProfile } from '../profile-merge/merge.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';

/** Makes cache entries of parts. */
@Injectable()
export class EntryBuilder {
  /** What merges here; an answer merged otherwise is merged anew from its parts. */
  readonly mergeKey: string;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
  ) {
    this.mergeKey = `${config.mergePolicy.version} ${config.billing.connectors.join(',')}`;
  }

  /** An entry of these parts, with the merged record when every source has contributed. */
  build(key: ProfileKey, parts: Parts): ProfileEntry {
    const { connectors } = this.config.billing;
    const { reseller, billing } = parts as ProfileParts;
    const isWhole = reseller && billing && (!billing.value || connectors.every((name) => parts[name]));
    if (!isWhole) return makeEntry(key, parts, null, this.mergeKey);
    const { mergePolicy } = this.config;
    const record = mergeProfile(key.customerId, parts, connectors, this.clock.now(), mergePolicy);
    return makeEntry(key, parts, storedAnswer(record, parts, this.mergeKey), this.mergeKey);
  }
}

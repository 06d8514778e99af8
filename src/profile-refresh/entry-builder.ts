import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { dueAt, isDefinite, type Part } from '../profile-cache/part.ts';
import { makeEntry, type Parts, type ProfileEntry, type ProfileKey } from '../profile-cache/profile-entry.ts';
import { entityTag, type StoredAnswer } from '../profile-cache/stored-answer.ts';
import { mergeProfile } from './merge.ts';
import { type ProfileParts } from './profile-parts.ts';
import { type ProfileQuery, sourcesOf } from './profile-query.ts';
import { refuseMissing } from './required-sources.ts';

/** Makes entries of parts, and answers of what is to be shown. */
@Injectable()
export class ProfileEntries {
  /** What merges here; an answer merged otherwise is merged anew from its parts. */
  readonly mergedBy: string;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
  ) {
    this.mergedBy = `${config.mergePolicy.version} ${config.billing.connectors.join(',')}`;
  }

  /** An entry of these parts, with the merged record when every source has contributed. */
  entry(key: ProfileKey, parts: Parts): ProfileEntry {
    const { connectors } = this.config.billing;
    const { reseller, billing } = parts as ProfileParts;
    const isWhole = reseller && billing && (!billing.value || connectors.every((name) => parts[name]));
    if (!isWhole) return makeEntry(key, parts, null, this.mergedBy);
    const { mergePolicy } = this.config;
    const record = mergeProfile(key.customerId, parts, connectors, this.clock.now(), mergePolicy);
    return makeEntry(key, parts, this.answer(record, parts), this.mergedBy);
  }

  /**
   * What the query asks to be shown of these parts; of others none is looked at.
   * @throws Problem when what must be there is not
   */
  show(query: ProfileQuery, all: ProfileParts): StoredAnswer {
    const now = this.clock.now();
    refuseMissing(query, all, now);
    const asked = new Set<string>(sourcesOf(query));
    const parts = Object.fromEntries(Object.entries(all).filter(([source]) => asked.has(source))) as ProfileParts;
    return this.answer(query.view.show(query, parts, now, this.config.mergePolicy), parts);
  }

  /** @param parts what the content was made of */
  private answer(content: unknown, parts: ProfileParts): StoredAnswer {
    const all: readonly Part[] = Object.values(parts);
    return {
      body: Buffer.from(JSON.stringify(content)),
      etag: entityTag(content, this.mergedBy),
      complete: all.every(isDefinite),
      fetchedAt: Math.min(...all.map((part) => part.fetchedAt)),
      dueAt: Math.min(...all.map(dueAt)),
    };
  }
}

import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { type ProfileKey } from '../profile-cache/cache-keys.ts';
import { lastUsableAt } from '../profile-cache/part.ts';
import { type ProfileParts } from '../profile-merge/profile-parts.ts';
import { LookupIndex } from './lookup-index.ts';
import { referencesOf } from './lookup-references.ts';

/** Adds profiles to the index of look-ups when they are written. */
@Injectable()
export class LookupIndexing {
  constructor(
    private readonly clock: Clock,
    private readonly index: LookupIndex,
  ) {}

  /** Adds the references in the fetched parts; those in older parts were added when those were fetched. Never fails. */
  async note(key: ProfileKey, fetched: ProfileParts): Promise<void> {
    const answered = Object.entries(fetched).filter(([, part]) => part.failure === null && part.value !== null);
    const parts: ProfileParts = Object.fromEntries(answered);
    await this.index.add(
      key,
      referencesOf(key, parts, this.clock.now()),
      Math.max(0, ...Object.values(parts).map(lastUsableAt)),
    );
  }
}

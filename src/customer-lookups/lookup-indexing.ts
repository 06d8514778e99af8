import { Injectable } from '@nestjs/common';
import { Clock } from '../config/clock.ts';
import { type Part } from '../profile-cache/part.ts';
import { endOf, type ProfileKey } from '../profile-cache/profile-entry.ts';
import { ProfileIndex } from './lookup-index.ts';
import { referencesOf } from './lookup-references.ts';
import { type ProfileParts, type SourceName } from '../profile-merge/profile-parts.ts';

/** Keeps the index of look-ups up while profiles are written. */
@Injectable()
export class LookupIndexing {
  constructor(
    private readonly clock: Clock,
    private readonly index: ProfileIndex,
  ) {}

  /** Notes the references that were fetched; those of older parts were noted when they were. Never fails. */
  async note(key: ProfileKey, fetched: ReadonlyMap<SourceName, Part>): Promise<void> {
    const answered = [...fetched].filter(([, part]) => part.failure === null && part.value !== null);
    const parts: ProfileParts = Object.fromEntries(answered);
    await this.index.add(key, referencesOf(key, parts, this.clock.now()), endOf(parts));
  }
}

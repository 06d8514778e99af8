import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type SourceName } from '../config/source-names.ts';
import { ownedText } from '../profile-cache/owned-memory.ts';
import { isDefinite, type Part, type PartFailure } from '../profile-cache/part.ts';

/** A source of one organisation's customer. */
export interface FailedSource {
  readonly organisation: string;
  readonly customerId: string;
  readonly source: SourceName;
}

const MAX_FAILURES = 1000;

/** The last failures in this process of sources whose failures are not cached. Only explanations use them. */
@Injectable()
export class RecentFailures {
  private readonly failures = new LRUCache<string, PartFailure>({ max: MAX_FAILURES });

  /** Notes the failure of a new part, or that the source has recovered. */
  note(failed: FailedSource, part: Part): void {
    if (part.failure && !isDefinite(part)) this.failures.set(ownedText(keyOf(failed)), part.failure);
    else this.failures.delete(keyOf(failed));
  }

  of(failed: FailedSource): PartFailure | null {
    return this.failures.get(keyOf(failed)) ?? null;
  }
}

const keyOf = ({ organisation, customerId, source }: FailedSource): string => `${organisation} ${source} ${customerId}`;

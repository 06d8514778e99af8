/** The last answer of a URL that has an ETag. */
export interface KeptAnswer {
  readonly etag: string;
  /** As text, because a caller may change the value it received. */
  readonly text: string;
}

/** The answers that can be revalidated: the last used ones, so many at most. */
export class KeptAnswers {
  private readonly answers = new Map<string, KeptAnswer>();

  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  get(key: string): KeptAnswer | undefined {
    const kept = this.answers.get(key);
    if (kept) this.put(key, kept);
    return kept;
  }

  put(key: string, answer: KeptAnswer): void {
    this.answers.delete(key);
    this.answers.set(key, answer);
    for (const [oldest] of this.answers) {
      if (this.answers.size <= this.most) return;
      this.answers.delete(oldest);
    }
  }

  delete(key: string): void {
    this.answers.delete(key);
  }

  /** Drops all whose key has such a part. */
  deleteWith(part: string): void {
    for (const key of this.answers.keys()) if (key.includes(part)) this.answers.delete(key);
  }
}

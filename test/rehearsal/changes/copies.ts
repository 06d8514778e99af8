/** What a reader is given of a customer. */
export interface Copy {
  readonly status: number;
  readonly etag: string | null;
  readonly name: string | null;
}

/** What a consumer keeps. */
export interface Copies {
  readonly cursor: string;
  /** False: it knows that there are more events. */
  readonly isCaughtUp: boolean;
  readonly held: Readonly<Record<string, Copy>>;
}

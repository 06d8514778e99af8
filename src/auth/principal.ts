/** What a caller's principal prove. `organisations` null: every one. */
export interface Principal {
  readonly name: string;
  readonly organisations: readonly string[] | null;
}

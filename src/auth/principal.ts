/** What a caller's credentials prove. `organisations` null: every one. */
export interface Credentials {
  readonly name: string;
  readonly organisations: readonly string[] | null;
}

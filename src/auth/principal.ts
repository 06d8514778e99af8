/** A verified caller. `organisations` null: valid for all of them. */
export interface Principal {
  readonly name: string;
  readonly organisations: readonly string[] | null;
}

/** Mutants that no test finds, each with the reason. `npm run mutation` fails on another one, and on an entry that is no longer true. */
export interface AcceptedSurvivor {
  readonly code: string;
  readonly mutant: string;
  readonly reason: string;
}

/** Of the files of a room. */
export type Survivors = Readonly<Record<string, readonly AcceptedSurvivor[]>>;

export const NO_SUCH_VALUE = 'The value is always there; the type cannot say so.';
export const RETURNS_UNDEFINED = 'A function that ends without a return gives undefined, too.';
export const SAVES_MEMORY = 'It only frees memory: the result is the same.';
export const SAVES_TIME = 'It only saves time: the result is the same.';

/** Mutants that no test finds, each with the reason. `npm run mutation` fails on another one, and on an entry that is no longer true. */
export interface AcceptedSurvivor {
  readonly code: string;
  readonly mutant: string;
  readonly reason: string;
}

export const SURVIVORS: Readonly<Record<string, readonly AcceptedSurvivor[]>> = {};

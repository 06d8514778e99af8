import { choicesInOrder, type FieldChoices } from './field-choice.ts';
import { type Conflict } from './merge.schema.ts';

/** The fields on which a source has another value than the one shown. */
export function conflictsOf(choices: FieldChoices): readonly Conflict[] {
  return choicesInOrder(choices).flatMap(([field, { source, losers, rule }]) =>
    losers.length === 0 ? [] : [{ field, winner: { source }, losers, rule: rule as Conflict['rule'] }],
  );
}

/** The documentation of one variable. */
export interface VariableDoc {
  readonly name: string;
  readonly description: string;
  /** When it must be set; absent when there is a default or it is optional. */
  readonly requiredWhen?: string;
  readonly secret: boolean;
}

/** A class whose fields are the variables that configure one thing. Its rules see only the variables of this group. */
export type VariableGroup = new () => object;

const declared = new Map<unknown, readonly VariableDoc[]>();

/**
 * Declares a field of a group as an environment variable and documents it.
 * `docs/environment.md` and `.env.example` are generated from these declarations.
 */
export function Variable(
  description: string,
  more: { requiredWhen?: string; secret?: boolean } = {},
): PropertyDecorator {
  return ({ constructor: group }, property) => {
    const doc = { name: String(property), description, secret: false, ...more };
    declared.set(group, [...(declared.get(group) ?? []), doc]);
  };
}

/** The variables of a group, in the order of declaration. */
export function variablesOf(group: VariableGroup): readonly VariableDoc[] {
  return declared.get(group) ?? [];
}

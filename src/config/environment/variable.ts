/** The documentation of one variable. */
export interface VariableDoc {
  readonly name: string;
  readonly description: string;
  /** When it must be set; absent when there is a default or it is optional. */
  readonly requiredWhen?: string;
  readonly secret: boolean;
}

const documented = new Map<string, VariableDoc>();

/**
 * Declares a field of `Env` as an environment variable and documents it.
 * `docs/environment.md` and `.env.example` are generated from these declarations.
 */
export function Variable(
  description: string,
  more: { requiredWhen?: string; secret?: boolean } = {},
): PropertyDecorator {
  return (_target, property) => {
    const name = String(property);
    documented.set(name, { name, description, secret: false, ...more });
  };
}

/** Every declared variable, in the order of declaration. */
export function documentedVariables(): readonly VariableDoc[] {
  return [...documented.values()];
}

/** The issues of the environment: one line for each variable, with its name and the rule, never its value. */
export class EnvironmentError extends Error {
  readonly issues: readonly string[];

  constructor(issues: readonly string[]) {
    super(`The environment is not valid:\n${issues.map((issue) => `  ${issue}`).join('\n')}`);
    this.issues = issues;
  }
}

/** The issues of a file that a variable names; never its content. */
export const fileError = (variable: string, issues: readonly string[]): EnvironmentError =>
  new EnvironmentError(issues.map((issue) => `${variable}: ${issue}`));

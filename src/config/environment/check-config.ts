import 'reflect-metadata';
import { Config } from '../config.ts';
import { documentedVariables } from './env.ts';
import { EnvironmentError } from './environment-error.ts';
import { readEnv } from './read-env.ts';
import { unknownVariableWarnings } from './unknown-variables.ts';
import { type VariableDoc } from './variable.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The configuration that the service would read from an environment, as lines for people; no secret is among them. */
export interface ConfigCheck {
  readonly isValid: boolean;
  /** Each variable with its value and where it comes from; empty when the environment is not valid. */
  readonly used: readonly string[];
  /** The issues that keep the service from starting, then its warnings. */
  readonly issues: readonly string[];
}

/** Reads the environment and the files that it names exactly as the start does. It opens no connection. */
export function checkConfig(variables: Variables): ConfigCheck {
  const warnings = unknownVariableWarnings(variables);
  try {
    const env = readEnv(variables);
    const { organisations, auth } = new Config(env);
    const values = env as unknown as Readonly<Record<string, string | number | undefined>>;
    const used = documentedVariables().map((doc) => `${doc.name}=${shown(doc, values[doc.name], variables)}`);
    used.push('', `organisations: ${[...organisations.keys()].join(', ')}`);
    if (auth.mode === 'api-key') used.push(`callers: ${[...new Set(auth.callers.map(({ name }) => name))].join(', ')}`);
    return { isValid: true, used, issues: warnings };
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return { isValid: false, used: [], issues: [error.message, ...warnings] };
  }
}

/** Prints the check. @returns the exit status: 0, or 1 when the service would not start */
export function printConfigCheck(variables: Variables): 0 | 1 {
  const { isValid, used, issues } = checkConfig(variables);
  process.stdout.write(used.map((line) => `${line}\n`).join(''));
  process.stderr.write(issues.map((line) => `${line}\n`).join(''));
  return isValid ? 0 : 1;
}

function shown({ name, secret }: VariableDoc, value: string | number | undefined, variables: Variables): string {
  const isGiven = (one: string): boolean => (variables[one]?.trim() ?? '') !== '';
  if (value === undefined) return ' (not set)';
  if (secret) return isGiven(name) ? '*** (secret, set)' : `*** (secret, from ${name}_FILE)`;
  return `${value} ${isGiven(name) ? '(set)' : '(default)'}`;
}

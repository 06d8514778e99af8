import { type VariableDoc, variablesOf } from './variable.ts';
import { CacheVariables } from './variables/cache.ts';
import { CallerVariables } from './variables/callers.ts';
import { ChangeVariables } from './variables/changes.ts';
import { ErasureVariables } from './variables/erasure.ts';
import { HttpVariables } from './variables/http.ts';
import { OrganisationVariables } from './variables/organisations.ts';
import { ProcessVariables } from './variables/process.ts';
import { ProfileVariables } from './variables/profiles.ts';
import { RedisVariables } from './variables/redis.ts';
import { TraceVariables } from './variables/traces.ts';
import { UpstreamVariables } from './variables/upstreams.ts';

/** In the order in which variables are documented and their issues are reported. */
export const VARIABLE_GROUPS = [
  HttpVariables,
  ProcessVariables,
  RedisVariables,
  OrganisationVariables,
  UpstreamVariables,
  ProfileVariables,
  CallerVariables,
  CacheVariables,
  ChangeVariables,
  ErasureVariables,
  TraceVariables,
] as const;

type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/**
 * The environment, as strings and numbers that are each valid on their own. All other code takes `Config`. Times have their
 * unit in their name.
 */
export type Env = Intersection<InstanceType<(typeof VARIABLE_GROUPS)[number]>>;

/** Every variable, group by group. */
export function documentedVariables(): readonly VariableDoc[] {
  return VARIABLE_GROUPS.flatMap(variablesOf);
}

/** What an environment is in which nothing is set; it lacks what is required. */
export function defaultEnv(): Env {
  return envOf(VARIABLE_GROUPS.map((Group) => new Group()));
}

/** @param groups an instance of each group */
export function envOf(groups: readonly object[]): Env {
  return Object.assign({}, ...groups) as Env;
}

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

/** The groups with their titles. Variables are documented, and their issues reported, in this order. */
const TITLED_GROUPS = [
  ['HTTP', HttpVariables],
  ['Process', ProcessVariables],
  ['Redis', RedisVariables],
  ['Organisations', OrganisationVariables],
  ['Upstreams', UpstreamVariables],
  ['Profiles', ProfileVariables],
  ['Callers', CallerVariables],
  ['Cache', CacheVariables],
  ['Changes', ChangeVariables],
  ['Erasure', ErasureVariables],
  ['Traces', TraceVariables],
] as const;

export const VARIABLE_GROUPS = TITLED_GROUPS.map(([, group]) => group);

type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/**
 * The environment, as strings and numbers that are each valid on their own. All other code takes `Config`. Times have their
 * unit in their name.
 */
export type Env = Intersection<InstanceType<(typeof TITLED_GROUPS)[number][1]>>;

/** Every variable, group by group. */
export function documentedVariables(): readonly VariableDoc[] {
  return VARIABLE_GROUPS.flatMap(variablesOf);
}

/** The variables of each group, by its title. */
export function variablesByTitle(): ReadonlyMap<string, readonly VariableDoc[]> {
  return new Map(TITLED_GROUPS.map(([title, group]) => [title, variablesOf(group)]));
}

/** An environment of defaults only; it lacks the required variables. */
export function defaultEnv(): Env {
  return envOf(VARIABLE_GROUPS.map((Group) => new Group()));
}

/** @param groups an instance of each group */
export function envOf(groups: readonly object[]): Env {
  return Object.assign({}, ...groups) as Env;
}

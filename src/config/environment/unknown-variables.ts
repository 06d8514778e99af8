import { documentedVariables } from './env.ts';

/** A variable that looks like one of ours. */
interface UnknownVariable {
  readonly name: string;
  /** Our variable with the closest name; null: none is close. */
  readonly nearest: string | null;
}

/** The prefixes of our variables that hardly any other variable has. */
const OURS = /^(RESELLER|BILLING|CACHE|REDIS|JWT|UPSTREAM|ORGANISATIONS|CALLERS?|CHANGES|MANAGEMENT|BULK)_/;
/** Kubernetes sets these for every service, even for one called redis. */
const OF_KUBERNETES = /_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP)(_\w+)?)$/;
/** … and X_PORT, with an address: MANAGMENT_PORT=3001 is a misspelt name. */
const ADDRESS = /^(tcp|udp|sctp):\/\//;
/** DRAIN_DELAY is a wrong name for DRAIN_DELAY_MS. */
const UNIT = /_(MS|SECS?|SECONDS|MINUTES|HOURS|DAYS|BYTES|[KM]B)$/;
const MAX_EDITS = 2;
/** A short name is close to many others. */
const LETTERS_AN_EDIT = 5;

/** The variables that look like misspelt ones of ours. */
export function unknownVariables(variables: Readonly<Record<string, string | undefined>>): readonly UnknownVariable[] {
  const names = documentedVariables().flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]));
  const others = Object.keys(variables).filter((name) => !names.includes(name) && !ofKubernetes(name, variables[name]));
  return others.flatMap((name) => {
    const [nearest, edits] = names
      .map((one) => [one, sameButUnit(name, one) ? 0 : editsBetween(name.toUpperCase(), one)] as const)
      .reduce((best, one) => (one[1] < best[1] ? one : best), ['', Infinity]);
    if (edits <= Math.min(MAX_EDITS, name.length / LETTERS_AN_EDIT)) return [{ name, nearest }];
    return OURS.test(name) ? [{ name, nearest: edits <= name.length / 2.5 ? nearest : null }] : [];
  });
}

function ofKubernetes(name: string, value = ''): boolean {
  return OF_KUBERNETES.test(name) || (name.endsWith('_PORT') && ADDRESS.test(value));
}

/** A warning for each unknown variable. */
export function unknownVariableWarnings(variables: Readonly<Record<string, string | undefined>>): readonly string[] {
  return unknownVariables(variables).map(
    ({ name, nearest }) =>
      `${name}: no variable of this service${nearest === null ? '' : `; did you mean ${nearest}?`}`,
  );
}

function sameButUnit(one: string, other: string): boolean {
  return one.replace(UNIT, '') === other.replace(UNIT, '');
}

/** How many letters must be added, removed or replaced (Levenshtein). */
function editsBetween(one: string, other: string): number {
  let before = Array.from({ length: other.length + 1 }, (_, length) => length);
  for (const [row, letter] of one.split('').entries()) {
    const now = [row + 1];
    for (const [column, otherLetter] of other.split('').entries()) {
      const replaced = (before[column] ?? 0) + (letter === otherLetter ? 0 : 1);
      now.push(Math.min(replaced, (before[column + 1] ?? 0) + 1, (now[column] ?? 0) + 1));
    }
    before = now;
  }
  return before.at(-1) ?? 0;
}

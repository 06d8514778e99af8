import { validateSync } from 'class-validator';
import { isObject, type JsonObject, object } from '../json/json.ts';
import { Problem, type ValidationIssue } from './problem.ts';

type Place = ValidationIssue['in'];

/**
 * Checks one place of a request with class-validator's rules and adds its issues to `issues`, so that one answer names the
 * issues of all places. It repeats no value.
 * @returns the values sent; the class's default in place of a wrong one
 * @param pick for headers, where unknown names are no issue: checks only the names of the class
 */
export function checkInput<T extends object>(
  type: new () => T,
  place: Place,
  sent: unknown,
  issues: ValidationIssue[],
  pick = false,
): T {
  const absent = new type();
  const allowed = Object.keys(absent);
  if (!isObject(sent)) {
    issues.push(noObject(place, allowed));
    return absent;
  }
  const given = Object.fromEntries(
    Object.entries(sent).filter(([name, value]) => allowed.includes(name) && value !== undefined),
  );
  if (!pick) checkNames(sent, place, allowed, issues);
  // Not class-transformer: a deep body overflows its stack.
  for (const { property, constraints } of validateSync(Object.assign(new type(), given))) {
    issues.push({ in: place, name: property, detail: Object.values(constraints ?? {}).join('; ') });
    Reflect.deleteProperty(given, property);
  }
  return Object.assign(absent, given);
}

/**
 * The body as an object. Adds an issue when it is none, or has other members than these.
 * @returns an empty object when it is none
 */
export function bodyWith(sent: unknown, members: readonly string[], issues: ValidationIssue[]): JsonObject {
  if (isObject(sent)) checkNames(sent, 'body', members, issues);
  else issues.push(noObject('body', members));
  return object(sent);
}

const noObject = (place: Place, allowed: readonly string[]): ValidationIssue => ({
  in: place,
  detail: `must be an object with: ${allowed.join(', ')}`,
});

/** Repeats no name that was sent, as it may be a value in the wrong place. */
function checkNames(sent: object, place: Place, allowed: readonly string[], issues: ValidationIssue[]): void {
  if (Object.keys(sent).every((name) => allowed.includes(name))) return;
  const detail =
    allowed.length === 0 ? 'no parameters are allowed here' : `unknown name; allowed: ${allowed.join(', ')}`;
  issues.push({ in: place, detail });
}

/** Adds an issue when there is a query parameter, where none is allowed. */
export function checkNoQuery(query: unknown, issues: ValidationIssue[]): void {
  if (Object.keys(query as object).length > 0)
    issues.push({ in: 'query', detail: 'this route takes no query parameters' });
}

/** @throws Problem `invalid_request` naming every issue, when there is any */
export function throwIfInvalid(issues: readonly ValidationIssue[]): void {
  if (issues.length === 0) return;
  const names = [
    ...new Set(issues.map((issue) => (issue.name === undefined ? issue.in : `${issue.in} ${issue.name}`))),
  ].join(', ');
  throw new Problem('invalid_request', `Not valid: ${names}. See errors for the rules.`, { errors: issues });
}

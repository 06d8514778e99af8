import { validateSync } from 'class-validator';
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
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) {
    issues.push({ in: place, detail: `must be an object with: ${allowed.join(', ')}` });
    return absent;
  }
  const given = Object.fromEntries(
    Object.entries(sent).filter(([name, value]) => allowed.includes(name) && value !== undefined),
  );
  if (!pick && Object.keys(sent).some((name) => !allowed.includes(name)))
    issues.push({
      in: place,
      detail:
        allowed.length === 0 ? 'no parameters are allowed here' : `something else is there than: ${allowed.join(', ')}`,
    });
  // Not class-transformer: a deep body overflows its stack.
  for (const { property, constraints } of validateSync(Object.assign(new type(), given))) {
    issues.push({ in: place, name: property, detail: Object.values(constraints ?? {}).join('; ') });
    Reflect.deleteProperty(given, property);
  }
  return Object.assign(absent, given);
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

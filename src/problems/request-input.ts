import { validateSync } from 'class-validator';
import { Problem, type ValidationIssue } from './problem.ts';

type Place = ValidationIssue['in'];

/**
 * Checks one place of a request against a class with class-validator's rules and adds what is wrong to `issues`, so that
 * a request with issues in several places is told all of them at once. Nothing of what was sent is repeated.
 * @returns what was sent; in the place of what is wrong, what stands for its absence
 * @param pick for headers, where unknown names are no issue: only the class's own names are looked at
 */
export function checkInput<T extends object>(
  type: new () => T,
  place: Place,
  sent: unknown,
  issues: ValidationIssue[],
  pick = false,
): T {
  const absent = new type();
  const known = Object.keys(absent);
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) {
    issues.push({ in: place, name: place, detail: `must be an object with: ${known.join(', ')}` });
    return absent;
  }
  const given = Object.fromEntries(
    Object.entries(sent).filter(([name, value]) => known.includes(name) && value !== undefined),
  );
  if (!pick && Object.keys(sent).some((name) => !known.includes(name)))
    issues.push({
      in: place,
      name: 'unknown',
      detail: known.length === 0 ? 'no parameters are allowed here' : `allowed: ${known.join(', ')}`,
    });
  // Not class-transformer: it walks into whatever was sent, and a deep body overflows its stack.
  for (const { property, constraints } of validateSync(Object.assign(new type(), given))) {
    issues.push({ in: place, name: property, detail: Object.values(constraints ?? {}).join('; ') });
    Reflect.deleteProperty(given, property);
  }
  return Object.assign(absent, given);
}

/** @throws Problem `invalid_request` naming every issue, when there is any */
export function throwIfInvalid(issues: readonly ValidationIssue[]): void {
  if (issues.length === 0) return;
  const names = [...new Set(issues.map((issue) => `${issue.in} ${issue.name}`))].join(', ');
  throw new Problem('invalid_request', `Not valid: ${names}. See errors for the rules.`, { errors: issues });
}

import { validateSync } from 'class-validator';
import { isObject, type JsonObject, object } from '../json/json.ts';
import { Problem, type ValidationIssue } from './problem.ts';

type Place = ValidationIssue['in'];

/**
 * Checks the input of one request place by place and collects the issues, so that one answer names all of them. It repeats
 * no sent value, and no sent name, because that may be a value in the wrong place.
 */
export class InputCheck {
  private readonly found: ValidationIssue[] = [];

  /** The issues so far. */
  get issues(): readonly ValidationIssue[] {
    return this.found;
  }

  report(...issues: readonly ValidationIssue[]): void {
    this.found.push(...issues);
  }

  /**
   * Checks one place with class-validator's rules.
   * @returns the sent values, with the class's default for each wrong one
   * @param pick for headers, where unknown names are not an issue: checks only the names of the class
   */
  values<T extends object>(type: new () => T, place: Place, sent: unknown, pick = false): T {
    const absent = new type();
    const allowed = Object.keys(absent);
    if (!isObject(sent)) {
      this.report(noObject(place, allowed));
      return absent;
    }
    const given = Object.fromEntries(
      Object.entries(sent).filter(([name, value]) => allowed.includes(name) && value !== undefined),
    );
    if (!pick) this.names(sent, place, allowed);
    // Not class-transformer: a deep body overflows its stack.
    for (const { property, constraints } of validateSync(Object.assign(new type(), given))) {
      this.report({ in: place, name: property, detail: Object.values(constraints ?? {}).join('; ') });
      Reflect.deleteProperty(given, property);
    }
    return Object.assign(absent, given);
  }

  /**
   * Checks that the body is an object without other members than these.
   * @returns the body; an empty object when it is not an object
   */
  body(sent: unknown, members: readonly string[]): JsonObject {
    if (isObject(sent)) this.names(sent, 'body', members);
    else this.report(noObject('body', members));
    return object(sent);
  }

  /** Checks that there is no query parameter. */
  noQuery(query: unknown): void {
    if (Object.keys(query as object).length > 0)
      this.report({ in: 'query', detail: 'this route takes no query parameters' });
  }

  /** @throws Problem `invalid_request` naming every issue, when there is any */
  assertValid(): void {
    if (this.found.length === 0) return;
    const places = this.found.map((issue) => (issue.name === undefined ? issue.in : `${issue.in} ${issue.name}`));
    const detail = `Not valid: ${[...new Set(places)].join(', ')}. See errors for the rules.`;
    throw new Problem('invalid_request', detail, { errors: this.found });
  }

  private names(sent: object, place: Place, allowed: readonly string[]): void {
    if (Object.keys(sent).every((name) => allowed.includes(name))) return;
    this.report({ in: place, detail: `unknown name; allowed: ${allowed.join(', ')}` });
  }
}

const noObject = (place: Place, allowed: readonly string[]): ValidationIssue => ({
  in: place,
  detail: `must be an object with: ${allowed.join(', ')}`,
});

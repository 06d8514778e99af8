/** The issue of an object with members other than these; it does not repeat their names. */
export function memberIssues(object: object, allowed: readonly string[], at: string): string[] {
  const hasOthers = Object.keys(object).some((name) => !allowed.includes(name));
  return hasOthers ? [`${at} may have only: ${allowed.join(', ')}`] : [];
}

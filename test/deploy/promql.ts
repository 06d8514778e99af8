const STRING = /"(?:[^"\\]|\\.)*"/g;
const MATCHERS_AND_RANGES = /\{[^}]*\}|\[[^\]]*\]/g;
const GROUPING = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g;
const OPERATORS = new Set(['and', 'or', 'unless', 'bool', 'offset']);

/** The metrics that a PromQL expression asks for: the names that are no function, operator, label or duration. */
export function queriedMetrics(expr: string): readonly string[] {
  const bare = expr.replace(STRING, '').replace(MATCHERS_AND_RANGES, ' ').replace(GROUPING, '');
  const names = [...bare.matchAll(/(?<![\w:.])([a-z_][\w:]*)(?!\s*\(|[\w:])/gi)].map(([, name = '']) => name);
  return [...new Set(names.filter((name) => !OPERATORS.has(name)))];
}

/** The labels that an expression selects by, or groups by. */
export function usedLabels(expr: string): readonly string[] {
  const grouped = [...expr.matchAll(/\bby\s*\(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(','));
  const matched = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, matchers = '']) =>
    [...matchers.replace(STRING, '').matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label),
  );
  return [...new Set([...grouped, ...matched].map((label) => label.trim()))];
}

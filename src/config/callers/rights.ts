/** The rights of callers: a closed list. Each route names the right that it needs. */
export const RIGHTS = [
  'profiles:read',
  'profiles:refresh',
  'explanations:read',
  'links:read',
  'links:write',
  'customers:erase',
  'changes:read',
  'operations:read',
] as const;
export type Right = (typeof RIGHTS)[number];

const NAMES: ReadonlySet<string> = new Set(RIGHTS);
export const isRight = (value: unknown): value is Right => typeof value === 'string' && NAMES.has(value);
export const EVERY_RIGHT: ReadonlySet<Right> = new Set(RIGHTS);

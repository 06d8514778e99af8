import { globSync } from 'node:fs';

/** What decides without doing input or output, so that its unit tests alone can hold it. */
const PURE = [
  'src/profile-refresh/plan-read.ts',
  'src/profile-merge/**/*.ts',
  'src/resilience/*.ts',
  'src/customer-profiles/request/cache-control.ts',
  'src/http-server/{accepts,entity-tags}.ts',
];

/** Descriptions of answers, Nest's lists, and tables: a word changed in these is another description, not another rule. */
const NOT_RULES = [
  '**/*.schema.ts',
  '**/*.module.ts',
  '**/{legal-forms-by-country,business-mail,consumer-mail,reserved-domains}.ts',
];

export function pureFiles(): readonly string[] {
  return globSync(PURE, { exclude: NOT_RULES }).toSorted();
}

import { globSync } from 'node:fs';

/** What decides without doing input or output, so that its unit tests alone can hold it. */
const DECIDING = ['src/profile-refresh/plan-read.ts', 'src/profile-merge/**/*.ts', 'src/resilience/*.ts'];

/** What parses bytes from outside: of callers, of upstreams, in Redis, and in files of configuration. */
const PARSING = [
  'src/json/*.ts',
  'src/problems/input-check.ts',
  'src/customer-ids/{customer-ids,customer-id-list}.ts',
  'src/customer-changes/{change-cursor,changes.dto}.ts',
  'src/customer-links/{customer-link,link-condition}.ts',
  'src/customer-links/bulk/{bulk-links.dto,import-lines,link-cursor}.ts',
  'src/customer-lookups/{comparable-id,salesforce-id}.ts',
  'src/customer-profiles/answers/profile-fields.ts',
  'src/customer-profiles/request/{cache-control,needed-sources,profile-query.dto,profile-url}.ts',
  'src/http-server/{accepts,entity-tags}.ts',
  'src/telemetry/request-id.ts',
  'src/telemetry/traces/traceparent.ts',
  'src/upstream/{outcome,retry-after,upstream-url}.ts',
  'src/upstream/drift/find-drift.ts',
  'src/reseller-customers/{dates,issued-token,*.wire}.ts',
  'src/billing-connectors/*.{wire,drift}.ts',
  'src/profile-cache/{cache-keys,part}.ts',
  'src/profile-cache/customer-hash/field-codec.ts',
  'src/profile-sweep/sweep-position.ts',
  'src/redis/{cipher,reply-pairs}.ts',
  'src/explanations/bundle-issues.ts',
  'src/config/{iso-dates,signing-key-list}.ts',
  'src/config/merge-policy/policy-issues.ts',
  'src/config/callers/{caller-entry,caller-limits,callers,member-issues}.ts',
];

/** Descriptions of answers, Nest's lists, and tables: a word changed in these is another description, not another rule. */
const NOT_RULES = [
  '**/*.schema.ts',
  '**/*.module.ts',
  '**/{legal-forms-by-country,business-mail,consumer-mail,reserved-domains}.ts',
];

export function pureFiles(): readonly string[] {
  return globSync([...DECIDING, ...PARSING], { exclude: NOT_RULES }).toSorted();
}

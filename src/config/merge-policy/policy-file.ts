import { fileError } from '../environment/environment-error.ts';
import { parseJsonFile, readTextFile } from '../read-text-file.ts';
import { type MergePolicy, mergePolicy, type PolicyContent } from './merge-policy.ts';
import { policyIssues } from './policy-issues.ts';

const VARIABLE = 'PROFILE_POLICY_FILE';
const MAX_BYTES = 65_536;

/**
 * The merge policy of a JSON file.
 * @throws EnvironmentError naming PROFILE_POLICY_FILE and each wrong place in the file, never its content
 */
export function policyFromFile(path: string): MergePolicy {
  const content = parseJsonFile(VARIABLE, readTextFile(VARIABLE, path, MAX_BYTES));
  const issues = policyIssues(content);
  if (issues.length > 0) throw fileError(VARIABLE, issues);
  return mergePolicy(content as PolicyContent);
}

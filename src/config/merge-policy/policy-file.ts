import { mergePolicy, type MergePolicy, type PolicyContent } from './merge-policy.ts';
import { policyIssues } from './policy-issues.ts';
import { readTextFile, UnusableFile } from '../read-text-file.ts';
import { EnvironmentError } from '../environment/read-env.ts';

const MAX_BYTES = 65_536;

/**
 * The merge policy of a JSON file.
 * @throws EnvironmentError naming PROFILE_POLICY_FILE and each wrong place in the file, never its content
 */
export function policyFromFile(path: string): MergePolicy {
  const content = readContent(path);
  const issues = policyIssues(content);
  if (issues.length > 0) throw wrongFile(issues);
  return mergePolicy(content as PolicyContent);
}

function readContent(path: string): unknown {
  try {
    return JSON.parse(readTextFile(path, MAX_BYTES)) as unknown;
  } catch (error) {
    throw wrongFile([error instanceof UnusableFile ? error.message : 'cannot be read as JSON']);
  }
}

const wrongFile = (issues: readonly string[]): EnvironmentError =>
  new EnvironmentError(issues.map((issue) => `PROFILE_POLICY_FILE: ${issue}`));

import { readFileSync, statSync } from 'node:fs';
import { mergePolicy, type MergePolicy, type PolicyContent } from './merge-policy.ts';
import { policyIssues } from './policy-issues.ts';
import { EnvironmentError } from '../read-env.ts';

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
    // A pipe or a device might never end.
    const file = statSync(path);
    if (file.isFile() && file.size <= MAX_BYTES) return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch {
    throw wrongFile(['cannot be read as JSON']);
  }
  throw wrongFile([`must be a file of at most ${MAX_BYTES} bytes`]);
}

const wrongFile = (issues: readonly string[]): EnvironmentError =>
  new EnvironmentError(issues.map((issue) => `PROFILE_POLICY_FILE: ${issue}`));

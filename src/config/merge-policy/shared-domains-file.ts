import { fileError } from '../environment/environment-error.ts';
import { readTextFile } from '../read-text-file.ts';
import { type MergePolicy, mergePolicy, policyContent } from './merge-policy.ts';
import { sharedDomainsIssues } from './policy-issues.ts';

const VARIABLE = 'SHARED_MAIL_DOMAINS_FILE';
const MAX_BYTES = 65_536;

/**
 * The policy with the e-mail domains of a text file, one per line, added to its own. Empty lines and lines that begin with
 * # are ignored.
 * @throws EnvironmentError naming SHARED_MAIL_DOMAINS_FILE and each wrong line by its place among the domains, never its
 * content
 */
export function withSharedDomains(policy: MergePolicy, path: string): MergePolicy {
  const domains = readLines(path).map((line) => line.toLowerCase());
  const issues = sharedDomainsIssues(domains);
  if (issues.length > 0)
    throw fileError(
      VARIABLE,
      issues.map((issue) => issue.replaceAll(/sharedDomains\[(\d+)\]/g, (_all, at) => `domain ${Number(at) + 1}`)),
    );
  const sharedDomains = [...new Set([...policy.sharedDomains, ...domains])];
  return mergePolicy({ ...policyContent(policy), sharedDomains });
}

function readLines(path: string): readonly string[] {
  const lines = readTextFile(VARIABLE, path, MAX_BYTES).split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

import { readFileSync, statSync } from 'node:fs';
import { mergePolicy, type MergePolicy, type PolicyContent } from './merge-policy.ts';
import { policyFaults } from './policy-faults.ts';
import { EnvironmentError } from './read-env.ts';

const MOST_BYTES = 65_536;

/**
 * The merge policy of a JSON file.
 * @throws EnvironmentError naming PROFILE_POLICY_FILE and each wrong place in the file, never its content
 */
export function policyFromFile(path: string): MergePolicy {
  const content = readContent(path);
  const faults = policyFaults(content);
  if (faults.length > 0) throw wrongFile(faults);
  return mergePolicy(content as PolicyContent);
}

function readContent(path: string): unknown {
  try {
    // Nothing that never ends, as a pipe or a device.
    const file = statSync(path);
    if (file.isFile() && file.size <= MOST_BYTES) return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch {
    throw wrongFile(['cannot be read as JSON']);
  }
  throw wrongFile([`must be a file of at most ${MOST_BYTES} bytes`]);
}

const wrongFile = (faults: readonly string[]): EnvironmentError =>
  new EnvironmentError(faults.map((fault) => `PROFILE_POLICY_FILE: ${fault}`));

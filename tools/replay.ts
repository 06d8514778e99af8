/**
 * Merges the parts of one customer again: `npm run replay -- <bundle.json> [--policy <file>] [--policy <file>]`. Prints the
 * record; with one policy file, what it would change against the bundle's own policy; with two, what the second changes
 * against the first. Ends with 2 and one line for each issue when a file is malformed. The same files
 * give the same bytes on any machine.
 */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { MergePolicy, PolicyContent } from '../src/config/merge-policy/merge-policy.ts';
import type { MergeInput } from '../src/explanations/bundle.ts';
import { compileSourceOnImport } from './compile-on-import.ts';

// Only types are imported above: modules loaded before this line are not compiled.
compileSourceOnImport();
const { mergePolicy } = await import('../src/config/merge-policy/merge-policy.ts');
const { policyIssues } = await import('../src/config/merge-policy/policy-issues.ts');
const { BundleError, readBundle } = await import('../src/explanations/bundle.ts');
const { mergeProfile } = await import('../src/profile-merge/merge.ts');
const { comparePolicies } = await import('../src/explanations/policy-difference.ts');

const USAGE = 'usage: npm run replay -- <bundle.json> [--policy <file>] [--policy <file>]';
const MAX_BYTES = 8 * 1024 * 1024;

/** The issues of the input, one line each. */
class InputError extends Error {}

try {
  const { bundle, policies } = readArguments(process.argv.slice(2));
  const input = readBundleFile(bundle);
  const [first, second] = policies.map(readPolicyFile);
  process.stdout.write(`${JSON.stringify(replay(input, first, second), null, 2)}\n`);
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

function replay(input: MergeInput, first: MergePolicy | undefined, second: MergePolicy | undefined): object {
  if (second && first) return comparePolicies(input, first, second);
  if (first) return comparePolicies(input, input.policy, first);
  return mergeProfile(input.customerId, input.parts, input.connectors, input.now, input.policy);
}

function readArguments(words: readonly string[]): { readonly bundle: string; readonly policies: readonly string[] } {
  const bundles: string[] = [];
  const policies: string[] = [];
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const file = word === '--policy' ? rest.shift() : word;
    if (file === undefined || file.startsWith('--')) throw new InputError(USAGE);
    (word === '--policy' ? policies : bundles).push(file);
  }
  const [bundle] = bundles;
  if (bundle === undefined || bundles.length > 1 || policies.length > 2) throw new InputError(USAGE);
  return { bundle, policies };
}

function readBundleFile(path: string): MergeInput {
  const content = readJson(path);
  try {
    return readBundle(content);
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    throw wrongFile(path, error.issues);
  }
}

function readPolicyFile(path: string): MergePolicy {
  const content = readJson(path);
  const issues = policyIssues(content);
  if (issues.length > 0) throw wrongFile(path, issues);
  return mergePolicy(content as PolicyContent);
}

function readJson(path: string): unknown {
  const location = resolve(process.env.INIT_CWD ?? '.', path);
  const file = statSync(location, { throwIfNoEntry: false });
  if (!file?.isFile() || file.size > MAX_BYTES) throw wrongFile(path, [`must be a file of at most ${MAX_BYTES} bytes`]);
  try {
    return JSON.parse(readFileSync(location, 'utf8')) as unknown;
  } catch {
    // The cause is left out: a JSON error quotes the file, which holds personal data.
    throw wrongFile(path, ['cannot be read as JSON']);
  }
}

function wrongFile(path: string, issues: readonly string[]): InputError {
  return new InputError(issues.map((issue) => `${path}: ${issue}`).join('\n'));
}

import { type ConnectorName } from '../config/connector-names.ts';
import { isoInstant } from '../config/iso-dates.ts';
import {
  DEFAULT_POLICY,
  type MergePolicy,
  mergePolicy,
  type PolicyContent,
  policyContent,
} from '../config/merge-policy/merge-policy.ts';
import { SOURCE_NAMES } from '../config/source-names.ts';
import { partsAmong, type ProfileParts } from '../profile-merge/profile-parts.ts';
import { bundleIssues } from './bundle-issues.ts';
import { type Bundle } from './explanation.schema.ts';
import { redactParts } from './redact.ts';

/** The input of a merge. */
export interface MergeInput {
  readonly customerId: string;
  readonly parts: ProfileParts;
  readonly connectors: readonly ConnectorName[];
  /** Epoch milliseconds. */
  readonly now: number;
  readonly policy: MergePolicy;
}

/** A bundle of the input of a merge; redacted, it merges with the same conflicts, rules and identity. */
export function toBundle({ customerId, parts, connectors, now, policy }: MergeInput, redacted: boolean): Bundle {
  const inOrder = partsAmong(SOURCE_NAMES, parts);
  return {
    bundle: 1,
    redacted,
    customerId,
    connectors,
    at: isoInstant(now),
    policy: policyContent(policy),
    parts: redacted ? redactParts(inOrder, policy) : inOrder,
  };
}

/** The content is not a bundle; `issues` names each wrong place, never a value. */
export class BundleError extends Error {
  readonly issues: readonly string[];

  constructor(issues: readonly string[]) {
    super(issues.join('\n'));
    this.issues = issues;
  }
}

/**
 * Reads a bundle; one without a policy gets the default one.
 * @param content parsed JSON
 * @throws BundleError
 */
export function readBundle(content: unknown): MergeInput {
  const issues = bundleIssues(content);
  if (issues.length > 0) throw new BundleError(issues);
  const { customerId, connectors, at, policy, parts } = content as Omit<Bundle, 'policy'> & { policy?: PolicyContent };
  return {
    customerId,
    connectors,
    parts,
    now: Date.parse(at),
    policy: policy === undefined ? DEFAULT_POLICY : mergePolicy(policy),
  };
}

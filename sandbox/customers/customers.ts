import { accountShapeCases } from './account-shapes.ts';
import { agreementCases } from './agreements.ts';
import type { SandboxCustomer } from './customer.ts';
import { linkingCases } from './linking.ts';
import { sharingCases } from './sharing.ts';
import { statusCases } from './statuses.ts';

export type { BillingCustomer, ConnectorOutcome, ResellerResource, SandboxCustomer } from './customer.ts';

/** The customers every sandbox starts with: invented people and companies that cover every documented shape. */
export const customers: readonly SandboxCustomer[] = [
  ...linkingCases,
  ...sharingCases,
  ...accountShapeCases,
  ...agreementCases,
  ...statusCases,
];

/**
 * The customer of that slug.
 * @throws Error naming the known slugs when there is none
 */
export function customer(slug: string): SandboxCustomer {
  const found = customers.find((candidate) => candidate.slug === slug);
  if (!found) throw new Error(`no sandbox customer '${slug}'; there are ${customers.map((c) => c.slug).join(', ')}`);
  return found;
}

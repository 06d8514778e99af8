import { IsOptional, MaxLength } from 'class-validator';
import { LINK_RESOLVER_NAMES } from '../../link-resolver-names.ts';
import { IsListOf } from '../env.rules.ts';
import { Variable } from '../variable.ts';

/** How a profile is put together. */
export class ProfileVariables {
  @Variable(
    'Where the link to a billing customer is looked for, in this order: request (its billingCustomerId), link-store (/v1/customer-links), billing-external-id (the one billing customer whose external_id is the customer id).',
  )
  @IsListOf(LINK_RESOLVER_NAMES)
  LINK_RESOLVERS = 'request,link-store';

  @Variable(
    'JSON file with the merge policy: for each field the order of its sources, and more shared e-mail domains (format: docs/merging.md). Absent: the reseller before the connectors.',
  )
  @IsOptional()
  @MaxLength(4096)
  PROFILE_POLICY_FILE?: string;

  @Variable(
    'Text file with e-mail domains that many companies share, one per line, in addition to the built-in ones and those of the policy. An address at one of them is no evidence of identity. Lines that begin with # are ignored.',
  )
  @IsOptional()
  @MaxLength(4096)
  SHARED_MAIL_DOMAINS_FILE?: string;
}

import { type ConnectorName } from '../config/connector-names.ts';
import { type Organisation } from '../config/organisations.ts';
import { type Deadline } from '../upstream/deadline.ts';
import { type SourceName } from './profile-parts.ts';

/** One read, checked and complete. */
export interface ProfileQuery {
  readonly organisation: Organisation;
  readonly customerId: string;
  /** A link for this request only; a lower-case UUID. */
  readonly billingCustomerId: string | null;
  /** Whether the reseller customers API is asked at all. */
  readonly reseller: boolean;
  /** In the configured order, without repeats. */
  readonly connectors: readonly ConnectorName[];
  /** Sources without whose definite answer there is no answer. */
  readonly required: readonly SourceName[];
  readonly requestId: string;
  /** The caller's time, which also ends when the caller leaves; made when first needed. */
  readonly deadline: () => Deadline;
}

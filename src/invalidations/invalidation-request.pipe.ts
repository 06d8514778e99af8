import { Injectable, type PipeTransform } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type Caller, callerOf } from '../auth/caller.decorator.ts';
import { Config } from '../config/config.ts';
import { type SourceName } from '../config/source-names.ts';
import { checkCustomerIds } from '../customer-ids/customer-id-list.ts';
import { BILLING_CUSTOMER_ID, BILLING_CUSTOMER_ID_RULE } from '../customer-ids/customer-ids.ts';
import { RawRequest } from '../handlers/raw-request.decorator.ts';
import { type JsonObject } from '../json/json.ts';
import { InputCheck } from '../problems/input-check.ts';
import { INVALIDATION_MODES, type InvalidationMode } from '../profile-cache/wide/wide-numbers.ts';

/** Maximum number of customers in one request. */
export const MAX_CUSTOMERS = 1000;
const TARGETS = ['customerIds', 'billingCustomerId', 'source', 'organisation'] as const;
const MEMBERS: readonly string[] = [...TARGETS, 'mode'];

/** The target of an invalidation. */
export type InvalidationTarget =
  | { readonly customerIds: readonly string[] }
  | { readonly billingCustomerId: string }
  | { readonly source: SourceName }
  | { readonly organisation: true };

/** A request, checked. */
export interface Invalidation {
  readonly target: InvalidationTarget;
  readonly mode: InvalidationMode;
  readonly caller: Caller;
  readonly requestId: string;
}

/** Checks the body of an invalidation. */
@Injectable()
class InvalidationRequestPipe implements PipeTransform<FastifyRequest, Invalidation> {
  constructor(private readonly config: Config) {}

  /** @throws Problem `invalid_request` naming every issue at once, invalid ids by their index */
  transform(request: FastifyRequest): Invalidation {
    const check = new InputCheck();
    check.noQuery(request.query);
    const body = check.body(request.body, MEMBERS);
    const target = this.targetOf(body, check);
    const mode = modeOf(body, target, check);
    check.assertValid();
    return { target, mode, caller: callerOf(request), requestId: request.id };
  }

  private targetOf(body: JsonObject, check: InputCheck): InvalidationTarget {
    const issue = (name: string, detail: string): void => {
      check.report({ in: 'body', name, detail });
    };
    const named = TARGETS.filter((name) => body[name] !== undefined);
    if (named.length !== 1) check.report({ in: 'body', detail: `must have exactly one of: ${TARGETS.join(', ')}` });
    const { billingCustomerId, source, organisation } = body;
    const isBilling = typeof billingCustomerId === 'string' && BILLING_CUSTOMER_ID.test(billingCustomerId);
    const { sources } = this.config;
    const sourceName = sources.find((name) => name === source);
    if (billingCustomerId !== undefined && !isBilling) issue('billingCustomerId', BILLING_CUSTOMER_ID_RULE);
    if (source !== undefined && !sourceName) issue('source', `must be one of: ${sources.join(', ')}`);
    if (organisation !== undefined && organisation !== true) issue('organisation', 'must be: true');
    const customerIds = body.customerIds === undefined ? [] : checkCustomerIds(body.customerIds, MAX_CUSTOMERS, check);
    if (isBilling) return { billingCustomerId: billingCustomerId.toLowerCase() };
    if (sourceName) return { source: sourceName };
    return organisation === true ? { organisation } : { customerIds: [...new Set(customerIds)] };
  }
}

/** A source or an organisation affects many customers: their values stay in use unless the request says otherwise. */
function modeOf({ mode }: JsonObject, target: InvalidationTarget, check: InputCheck): InvalidationMode {
  const isNarrow = 'customerIds' in target || 'billingCustomerId' in target;
  if (mode === undefined) return isNarrow ? 'refetch' : 'stale';
  const found = INVALIDATION_MODES.find((name) => name === mode);
  if (!found) check.report({ in: 'body', name: 'mode', detail: `must be one of: ${INVALIDATION_MODES.join(', ')}` });
  return found ?? 'refetch';
}

/** An `Invalidation`. */
export const InvalidationRequest = (): ParameterDecorator => RawRequest(InvalidationRequestPipe);

import { Injectable } from '@nestjs/common';
import { IsOptional, Matches } from 'class-validator';
import { type FastifyRequest } from 'fastify';
import { Config } from '../config/config.ts';
import { BILLING_CUSTOMER_ID, BILLING_CUSTOMER_ID_RULE } from '../customer-links/link-input.ts';
import { checkInput, throwIfInvalid } from '../problems/request-input.ts';
import { type ValidationIssue } from '../problems/problem.ts';
import { EXTERNAL_REFERENCE, type LookupReference } from './lookup-references.ts';

const REFERENCE = /^.{1,255}$/su;
const REFERENCE_RULE = 'must be 1 to 255 characters';
const KINDS = {
  billingCustomerId: ['billingCustomerId'],
  'connector with referenceId': ['connector', 'referenceId'],
  externalReferenceId: ['externalReferenceId'],
};

export class LookupQuery {
  @IsOptional()
  @Matches(BILLING_CUSTOMER_ID, { message: BILLING_CUSTOMER_ID_RULE })
  billingCustomerId: string | undefined = undefined;

  connector: unknown = undefined;

  @IsOptional()
  @Matches(REFERENCE, { message: REFERENCE_RULE })
  referenceId: string | undefined = undefined;

  @IsOptional()
  @Matches(REFERENCE, { message: REFERENCE_RULE })
  externalReferenceId: string | undefined = undefined;
}

/** Turns requests into the one reference they ask for. */
@Injectable()
export class LookupInput {
  constructor(private readonly config: Config) {}

  /** @throws Problem `invalid_request` naming every issue at once */
  reference({ query }: FastifyRequest): LookupReference {
    const issues: ValidationIssue[] = [];
    const { billingCustomerId, connector, referenceId, externalReferenceId } = checkInput(LookupQuery, 'query', query, issues); // prettier-ignore
    const given = (name: string): boolean => Object.hasOwn(query as object, name);
    const kinds = Object.values(KINDS).filter((names) => names.some(given));
    const { connectors } = this.config.billing;
    const system = connectors.find((name) => name === connector);
    if (given('connector') && !system)
      issues.push({ in: 'query', name: 'connector', detail: `must be one of: ${connectors.join(', ')}` });
    if (given('connector') !== given('referenceId')) {
      const missing = given('connector') ? 'referenceId' : 'connector';
      issues.push({ in: 'query', name: missing, detail: 'connector and referenceId must be given together' });
    }
    if (kinds.length !== 1) {
      const detail = `exactly one must be given: ${Object.keys(KINDS).join(', or ')}`;
      issues.push({ in: 'query', name: 'reference', detail });
    }
    throwIfInvalid(issues);
    if (billingCustomerId !== undefined) return { system: 'billing', id: billingCustomerId.toLowerCase() };
    if (system && referenceId !== undefined) return { system, id: referenceId };
    return { system: EXTERNAL_REFERENCE, id: externalReferenceId ?? '' };
  }
}

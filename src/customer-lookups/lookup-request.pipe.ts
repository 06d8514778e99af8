import { Injectable, type PipeTransform } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { Config } from '../config/config.ts';
import { RawRequest } from '../handlers/raw-request.decorator.ts';
import { withoutInvisibleEnds } from '../json/visible.ts';
import { InputCheck } from '../problems/input-check.ts';
import { LookupQuery } from './lookup-query.dto.ts';
import { EXTERNAL_REFERENCE, type LookupReference } from './lookup-references.ts';

const KINDS = {
  billingCustomerId: ['billingCustomerId'],
  'connector with referenceId': ['connector', 'referenceId'],
  externalReferenceId: ['externalReferenceId'],
};

/** Reads the one reference that a request asks for. */
@Injectable()
class LookupRequestPipe implements PipeTransform<FastifyRequest, LookupReference> {
  constructor(private readonly config: Config) {}

  /** @throws Problem `invalid_request` naming every issue at once */
  transform({ query }: FastifyRequest): LookupReference {
    const check = new InputCheck();
    const sent = check.values(LookupQuery, 'query', withTrimmedUuid(query));
    const { billingCustomerId, connector, referenceId, externalReferenceId } = sent;
    const given = (name: string): boolean => Object.hasOwn(query as object, name);
    const kinds = Object.values(KINDS).filter((names) => names.some(given));
    const { connectors } = this.config.billing;
    const system = connectors.find((name) => name === connector);
    if (given('connector') && !system)
      check.report({ in: 'query', name: 'connector', detail: `must be one of: ${connectors.join(', ')}` });
    if (given('connector') !== given('referenceId')) {
      const missing = given('connector') ? 'referenceId' : 'connector';
      check.report({ in: 'query', name: missing, detail: 'connector and referenceId must be given together' });
    }
    if (kinds.length !== 1) {
      const detail = `exactly one must be given: ${Object.keys(KINDS).join(', or ')}`;
      check.report({ in: 'query', detail });
    }
    check.assertValid();
    if (billingCustomerId !== undefined) return { system: 'billing', id: billingCustomerId.toLowerCase() };
    if (system && referenceId !== undefined) return { system, id: referenceId };
    return { system: EXTERNAL_REFERENCE, id: externalReferenceId ?? '' };
  }
}

/** The query without invisible characters around the UUID. */
function withTrimmedUuid(query: unknown): unknown {
  const { billingCustomerId, ...others } = query as Readonly<Record<string, unknown>>;
  return typeof billingCustomerId === 'string'
    ? { ...others, billingCustomerId: withoutInvisibleEnds(billingCustomerId) }
    : query;
}

/** The `LookupReference` by which customers are looked up. */
export const LookupRequest = (): ParameterDecorator => RawRequest(LookupRequestPipe);

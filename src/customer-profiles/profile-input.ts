import { Injectable } from '@nestjs/common';
import { IsOptional, Matches } from 'class-validator';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { CONNECTOR_NAMES, type ConnectorName } from '../config/connector-names.ts';
import { Config } from '../config/config.ts';
import { type Organisation } from '../config/organisations.ts';
import { BILLING_CUSTOMER_ID, BILLING_CUSTOMER_ID_RULE, CustomerPath } from '../customer-links/link-input.ts';
import { checkInput, refuseFaults } from '../problems/request-input.ts';
import { type RequestFault } from '../problems/problem.ts';
import { Deadline } from '../upstream/deadline.ts';
import { FIELD_RULE, FIELDS, isField } from './profile-fields.ts';
import { type SourceName } from './profile-parts.ts';
import { type ProfileQuery } from './profile-query.ts';

const CONNECTOR_LIST = new RegExp(`^(?:${CONNECTOR_NAMES.join('|')})(?:,(?:${CONNECTOR_NAMES.join('|')})){0,31}$`);
const SOURCE_NAMES = ['reseller', 'billing', ...CONNECTOR_NAMES] as const;
const SOURCE_LIST = new RegExp(`^(?:${SOURCE_NAMES.join('|')})(?:,(?:${SOURCE_NAMES.join('|')})){0,31}$`);
const MILLISECONDS = /^[1-9]\d{0,5}$/;
const MILLISECONDS_RULE = 'must be whole milliseconds from 1 to 999999';

export class BillingCustomerQuery {
  @IsOptional()
  @Matches(BILLING_CUSTOMER_ID, { message: BILLING_CUSTOMER_ID_RULE })
  billingCustomerId: string | undefined = undefined;

  @IsOptional()
  @Matches(MILLISECONDS, { message: MILLISECONDS_RULE })
  budgetMs: string | undefined = undefined;
}

export class ConnectorsQuery extends BillingCustomerQuery {
  @IsOptional()
  @Matches(CONNECTOR_LIST, { message: `must be a comma-separated list of: ${CONNECTOR_NAMES.join(', ')}` })
  connectors: string | undefined = undefined;
}

export class ProfileQueryParameters extends ConnectorsQuery {
  @IsOptional()
  @Matches(SOURCE_LIST, { message: `must be a comma-separated list of: ${SOURCE_NAMES.join(', ')}` })
  require: string | undefined = undefined;

  @IsOptional()
  @Matches(FIELDS, { message: FIELD_RULE })
  fields: string | undefined = undefined;
}

/** The caller's remaining time, as gateways tell it. */
export class DeadlineHeaders {
  @IsOptional()
  @Matches(MILLISECONDS, { message: MILLISECONDS_RULE })
  'x-request-timeout-ms': string | undefined = undefined;

  @IsOptional()
  @Matches(MILLISECONDS, { message: MILLISECONDS_RULE })
  'x-envoy-expected-rq-timeout-ms': string | undefined = undefined;
}

/** Turns requests into checked queries. */
@Injectable()
export class ProfileInput {
  constructor(private readonly config: Config) {}

  /** @throws Problem `invalid_request` naming every fault at once */
  profile(
    request: FastifyRequest,
    reply: FastifyReply,
    organisation: Organisation,
  ): { query: ProfileQuery; fields: readonly string[] | null } {
    const faults: RequestFault[] = [];
    const { customerId } = checkInput(CustomerPath, 'path', request.params, faults);
    const sent = checkInput(ProfileQueryParameters, 'query', request.query, faults);
    const connectors = this.connectors(sent.connectors, faults);
    const required = (sent.require?.split(',') ?? ['reseller']) as SourceName[];
    const isAsked = (source: SourceName): boolean =>
      source === 'reseller' || source === 'billing' || connectors.includes(source);
    // What is not even a list has its fault already.
    if (SOURCE_LIST.test(required.join()) && !required.every(isAsked))
      faults.push({ in: 'query', name: 'require', detail: 'must name only sources that are asked; see connectors' });
    const fields = sent.fields?.split(',') ?? null;
    if (FIELDS.test(sent.fields ?? '') && !fields?.every(isField))
      faults.push({ in: 'query', name: 'fields', detail: FIELD_RULE });
    const query = this.query(request, reply, organisation, customerId, sent, faults);
    return { query: { ...query, reseller: true, connectors, required }, fields };
  }

  /** A query for connector references alone: the reseller is not asked. @throws Problem `invalid_request` */
  connectorList(request: FastifyRequest, reply: FastifyReply, organisation: Organisation): ProfileQuery {
    const faults: RequestFault[] = [];
    const { customerId } = checkInput(CustomerPath, 'path', request.params, faults);
    const sent = checkInput(ConnectorsQuery, 'query', request.query, faults);
    const connectors = this.connectors(sent.connectors, faults);
    return {
      ...this.query(request, reply, organisation, customerId, sent, faults),
      reseller: false,
      connectors,
      required: [],
    };
  }

  /** A query for one connector's reference, without which there is no answer. @throws Problem `invalid_request` */
  oneConnector(
    request: FastifyRequest,
    reply: FastifyReply,
    organisation: Organisation,
  ): { query: ProfileQuery; name: ConnectorName } {
    const faults: RequestFault[] = [];
    const { name: sentName, ...path } = request.params as { name: string; customerId: string };
    const { customerId } = checkInput(CustomerPath, 'path', path, faults);
    const name = this.config.billing.connectors.find((known) => known === sentName);
    if (!name)
      faults.push({ in: 'path', name: 'name', detail: `must be one of: ${this.config.billing.connectors.join(', ')}` });
    const sent = checkInput(BillingCustomerQuery, 'query', request.query, faults);
    const query = this.query(request, reply, organisation, customerId, sent, faults);
    const connectors = name ? [name] : [];
    return { query: { ...query, reseller: false, connectors, required: connectors }, name: name ?? 'stripe' };
  }

  private query(
    request: FastifyRequest,
    reply: FastifyReply,
    organisation: Organisation,
    customerId: string,
    sent: BillingCustomerQuery,
    faults: RequestFault[],
  ): Pick<ProfileQuery, 'organisation' | 'customerId' | 'billingCustomerId' | 'requestId' | 'deadline'> {
    const headers = checkInput(DeadlineHeaders, 'header', request.headers, faults, true);
    refuseFaults(faults);
    const told = [sent.budgetMs, headers['x-request-timeout-ms'], headers['x-envoy-expected-rq-timeout-ms']];
    const budgetMs = Math.min(
      this.config.requestBudgetMs,
      ...told.flatMap((ms) => (ms === undefined ? [] : [Number(ms)])),
    );
    return {
      organisation,
      customerId,
      billingCustomerId: sent.billingCustomerId?.toLowerCase() ?? null,
      requestId: request.id,
      deadline: () => new Deadline(budgetMs - reply.elapsedTime, callerLeft(reply)),
    };
  }

  private connectors(sent: string | undefined, faults: RequestFault[]): readonly ConnectorName[] {
    const configured = this.config.billing.connectors;
    if (sent === undefined) return configured;
    const asked = sent.split(',');
    if (CONNECTOR_LIST.test(sent) && !asked.every((name) => configured.some((known) => known === name)))
      faults.push({
        in: 'query',
        name: 'connectors',
        detail: `only these are configured here: ${configured.join(', ')}`,
      });
    return configured.filter((name) => asked.includes(name));
  }
}

/** Fires when the connection closes before the answer is written. */
function callerLeft(reply: FastifyReply): AbortSignal {
  const left = new AbortController();
  if (reply.raw.destroyed) left.abort();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) left.abort();
  });
  return left.signal;
}

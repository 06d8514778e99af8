import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Equals, IsOptional, Matches } from 'class-validator';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { CONNECTOR_NAMES, type ConnectorName } from '../config/connector-names.ts';
import { Clock } from '../config/clock.ts';
import { Config } from '../config/config.ts';
import { type Organisation } from '../config/organisations.ts';
import { BILLING_CUSTOMER_ID, BILLING_CUSTOMER_ID_RULE, CustomerPath } from '../customer-links/link-input.ts';
import { type CustomerKey } from '../profile-cache/profile-entry.ts';
import { checkInput, throwIfInvalid } from '../problems/request-input.ts';
import { type ValidationIssue } from '../problems/problem.ts';
import { Deadline } from '../resilience/deadline.ts';
import { FIELD_RULE, FIELDS, isField } from './profile-fields.ts';
import { type SourceName } from '../profile-merge/profile-parts.ts';
import { type ProfileQuery } from './profile-query.ts';
import { CONNECTOR_REFERENCES, oneConnector, partOfRecord, WHOLE } from './profile-views.ts';
import { requestDemand } from './cache-directives.ts';

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

  @IsOptional()
  @Equals('provenance', { message: 'must be: provenance' })
  view: string | undefined = undefined;
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

/** What the URL alone says of a query. */
type Asked = Pick<
  ProfileQuery,
  'customerId' | 'billingCustomerId' | 'reseller' | 'connectors' | 'required' | 'view'
> & {
  readonly budgetMs: number;
};

const REMEMBERED_URLS = 10_000;

/** Turns requests into checked queries. What a URL says is worked out once, and remembered when it is without issue. */
@Injectable()
export class ProfileInput {
  private readonly asked = new LRUCache<string, Asked>({ max: REMEMBERED_URLS });

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem `invalid_request` naming every issue at once */
  profile(request: FastifyRequest, reply: FastifyReply, organisation: Organisation): ProfileQuery {
    return this.query(request, reply, organisation, (issues) => {
      const { customerId } = checkInput(CustomerPath, 'path', request.params, issues);
      const sent = checkInput(ProfileQueryParameters, 'query', request.query, issues);
      const connectors = this.connectors(sent.connectors, issues);
      const required = (sent.require?.split(',') ?? ['reseller']) as SourceName[];
      const isAsked = (source: SourceName): boolean =>
        source === 'reseller' || source === 'billing' || connectors.includes(source);
      // What is not even a list has its issue already.
      if (SOURCE_LIST.test(required.join()) && !required.every(isAsked))
        issues.push({ in: 'query', name: 'require', detail: 'must name only sources that are asked; see connectors' });
      const fields = sent.fields?.split(',') ?? null;
      if (FIELDS.test(sent.fields ?? '') && !fields?.every(isField))
        issues.push({ in: 'query', name: 'fields', detail: FIELD_RULE });
      const isWhole = !fields && !sent.connectors && !sent.require && !sent.view;
      const view = isWhole ? WHOLE : partOfRecord(fields, sent.view !== undefined);
      return { ...this.common(customerId, sent), reseller: true, connectors, required, view };
    });
  }

  /** A query for connector references alone: the reseller is not asked. @throws Problem `invalid_request` */
  connectorList(request: FastifyRequest, reply: FastifyReply, organisation: Organisation): ProfileQuery {
    return this.query(request, reply, organisation, (issues) => {
      const { customerId } = checkInput(CustomerPath, 'path', request.params, issues);
      const sent = checkInput(ConnectorsQuery, 'query', request.query, issues);
      const connectors = this.connectors(sent.connectors, issues);
      return {
        ...this.common(customerId, sent),
        reseller: false,
        connectors,
        required: [],
        view: CONNECTOR_REFERENCES,
      };
    });
  }

  /** A query for one connector's reference, without which there is no answer. @throws Problem `invalid_request` */
  oneConnector(request: FastifyRequest, reply: FastifyReply, organisation: Organisation): ProfileQuery {
    return this.query(request, reply, organisation, (issues) => {
      const { name: sentName, ...path } = request.params as { name: string; customerId: string };
      const { customerId } = checkInput(CustomerPath, 'path', path, issues);
      const known = this.config.billing.connectors;
      const name = known.find((connector) => connector === sentName);
      if (!name) issues.push({ in: 'path', name: 'name', detail: `must be one of: ${known.join(', ')}` });
      const sent = checkInput(BillingCustomerQuery, 'query', request.query, issues);
      const connectors = name ? [name] : [];
      const view = oneConnector(name ?? 'stripe');
      return { ...this.common(customerId, sent), reseller: false, connectors, required: connectors, view };
    });
  }

  /** A customer alone. @throws Problem `invalid_request` */
  customer(request: FastifyRequest, organisation: Organisation): CustomerKey {
    const issues: ValidationIssue[] = [];
    const { customerId } = checkInput(CustomerPath, 'path', request.params, issues);
    if (Object.keys(request.query as object).length > 0)
      issues.push({ in: 'query', name: 'unknown', detail: 'this route takes no query parameters' });
    throwIfInvalid(issues);
    return { organisation: organisation.id, customerId };
  }

  /** @param ask works out what the URL says */
  private query(
    request: FastifyRequest,
    reply: FastifyReply,
    organisation: Organisation,
    ask: (issues: ValidationIssue[]) => Asked,
  ): ProfileQuery {
    const issues: ValidationIssue[] = [];
    const known = this.asked.get(request.url);
    const asked = known ?? ask(issues);
    const toldMs = deadlineHeaders(request, issues);
    throwIfInvalid(issues);
    if (!known) this.asked.set(request.url, asked);
    return {
      ...asked,
      organisation,
      demand: requestDemand(request.headers['cache-control'], this.clock),
      requestId: request.id,
      deadline: () => {
        const elapsedMs = this.clock.monotonic() - request.receivedAtMs;
        return new Deadline(this.clock, Math.min(asked.budgetMs, toldMs) - elapsedMs, callerLeft(reply));
      },
    };
  }

  private common(
    customerId: string,
    { billingCustomerId, budgetMs }: BillingCustomerQuery,
  ): Pick<Asked, 'customerId' | 'billingCustomerId' | 'budgetMs'> {
    return {
      customerId,
      billingCustomerId: billingCustomerId?.toLowerCase() ?? null,
      budgetMs: Math.min(this.config.requestBudgetMs, Number(budgetMs ?? Infinity)),
    };
  }

  private connectors(sent: string | undefined, issues: ValidationIssue[]): readonly ConnectorName[] {
    const configured = this.config.billing.connectors;
    if (sent === undefined) return configured;
    const asked = sent.split(',');
    if (CONNECTOR_LIST.test(sent) && !asked.every((name) => configured.some((known) => known === name)))
      issues.push({
        in: 'query',
        name: 'connectors',
        detail: `only these are configured here: ${configured.join(', ')}`,
      });
    return configured.filter((name) => asked.includes(name));
  }
}

/** The least of the caller's remaining times in milliseconds; Infinity when none is told. */
function deadlineHeaders({ headers }: FastifyRequest, issues: ValidationIssue[]): number {
  if (!('x-request-timeout-ms' in headers || 'x-envoy-expected-rq-timeout-ms' in headers)) return Infinity;
  const told = checkInput(DeadlineHeaders, 'header', headers, issues, true);
  return Math.min(...Object.values(told).map((ms: string | undefined) => Number(ms ?? Infinity)));
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

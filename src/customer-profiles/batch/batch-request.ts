import { Injectable } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { type Caller, callerOf } from '../../auth/caller.decorator.ts';
import { CallerLimitsService } from '../../caller-limits/caller-limits.service.ts';
import { Clock } from '../../config/clock.ts';
import { Config } from '../../config/config.ts';
import { checkCustomerIds } from '../../customer-ids/customer-id-list.ts';
import { accepts } from '../../http-server/accepts.ts';
import { NDJSON } from '../../http-server/line-stream.ts';
import { type JsonObject } from '../../json/json.ts';
import { InputCheck } from '../../problems/input-check.ts';
import { CacheDemands } from '../request/cache-demands.ts';
import { CallerTime, remainingMs } from '../request/caller-deadline.ts';
import { type ProfileQuery } from '../request/profile-query.ts';
import { readProfileUrl, type UrlQuery } from '../request/profile-url.ts';

/** Maximum number of customers in one batch. */
export const MAX_CUSTOMERS = 100;
const LISTS = ['fields', 'connectors', 'require'] as const;
const MEMBERS: readonly string[] = ['customerIds', ...LISTS, 'view', 'budgetMs'];

/** A batch, checked. */
export interface Batch {
  /** As sent: in order, with repeats. */
  readonly customerIds: readonly string[];
  /** How each customer is read, once. */
  readonly queries: readonly ProfileQuery[];
  /** The time of the whole batch, in milliseconds. */
  readonly budgetMs: number;
  readonly caller: Caller;
  readonly isStreamed: boolean;
}

/** Turns the body of a batch into the queries that single reads would have. */
@Injectable()
export class BatchRequests {
  /** What all batches without parameters have in common. */
  private readonly plain: UrlQuery;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly demands: CacheDemands,
    private readonly limits: CallerLimitsService,
  ) {
    this.plain = this.asked({}, new InputCheck());
  }

  /**
   * Charges the caller for each distinct id, and for one when the request is not valid.
   * @throws Problem `invalid_request` naming every issue of body, query and headers at once, or `too_many_requests`
   */
  of(reply: FastifyReply): Batch {
    const { request } = reply;
    const check = new InputCheck();
    const body = check.body(request.body, MEMBERS);
    const customerIds = checkCustomerIds(body.customerIds, MAX_CUSTOMERS, check);
    check.noQuery(request.query);
    const query = parametersOf(body);
    const ofUrl = new InputCheck();
    const asked = Object.keys(query).length === 0 ? this.plain : this.asked(query, ofUrl);
    const ofQuery = ofUrl.issues.filter((issue) => issue.in === 'query');
    check.report(...ofQuery.map((issue) => ({ ...issue, in: 'body' as const })));
    const budgetMs = Math.min(asked.budgetMs, remainingMs(request, check));
    const caller = callerOf(request);
    const distinct = [...new Set(customerIds)];
    const { burst = Infinity } = caller.limits.rate ?? {};
    if (distinct.length > burst)
      check.report({
        in: 'body',
        name: 'customerIds',
        detail: `must be at most ${burst} ids, which is this caller's burst`,
      });
    if (check.issues.length > 0) this.limits.take(caller, 1);
    check.assertValid();
    this.limits.charge(caller, reply, distinct.length);
    const time = new CallerTime(this.clock, reply, budgetMs);
    const common = {
      ...asked,
      organisation: caller.organisation,
      directives: this.demands.of(request),
      ifNoneMatch: undefined,
      caller,
      requestId: request.id,
      time,
    };
    const queries = distinct.map((customerId) => ({ ...common, customerId, deadline: time.deadline() }));
    return { customerIds, queries, budgetMs, caller, isStreamed: accepts(request.headers.accept, NDJSON) };
  }

  /** The parameters, which are the same for all customers of a batch. */
  private asked(query: Readonly<Record<string, unknown>>, check: InputCheck): UrlQuery {
    return readProfileUrl({ params: { customerId: 'any-one' }, query }, this.config, check);
  }
}

/** The parameters in the form of a URL's query. A list may be a JSON list or a comma-separated text. */
function parametersOf(body: JsonObject): Record<string, unknown> {
  const listed = LISTS.map((name) => [name, listOf(body[name])] as const);
  const { view, budgetMs } = body;
  const all = {
    ...Object.fromEntries(listed),
    view,
    budgetMs: typeof budgetMs === 'number' ? String(budgetMs) : budgetMs,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

const listOf = (value: unknown): unknown =>
  Array.isArray(value) && value.every((name) => typeof name === 'string' && !name.includes(','))
    ? value.join(',')
    : value;

import { type Answer, answerOf } from './answer.ts';
import { exportedLines, type ExportLine, type ImportedLink, type ImportReport, importReport } from './bulk-links.ts';
import { type CallOptions, type ChangeOptions, type ConditionOptions } from './options.ts';
import { get, type Requests } from './requests.ts';
import { type Call } from './transport.ts';
import { type CustomerLink, type LinkListQuery, type LinkPage, type ListedLink } from './types.ts';
import { pathOf, queryOf } from './url.ts';

const LINKS = ['v1', 'customer-links'] as const;

/** The stored links between customers and billing customers. */
export class StoredLinks {
  private readonly requests: Requests;

  constructor(requests: Requests) {
    this.requests = requests;
  }

  /** @throws ProfileProblem `link_not_found` when there is none */
  get(customerId: string, options: ConditionOptions = {}): Promise<Answer<CustomerLink>> {
    const path = pathOf(...LINKS, customerId);
    return this.requests.revalidated(path, options, { 'if-match': options.ifMatch }, answerOf<CustomerLink>);
  }

  /** Stores the link. @throws ProfileProblem `precondition_failed` when it is not as the condition says */
  put(customerId: string, billingCustomerId: string, options: ChangeOptions = {}): Promise<Answer<CustomerLink>> {
    const call = change('PUT', customerId, options, JSON.stringify({ billingCustomerId }));
    return this.requests.read(call, answerOf<CustomerLink>);
  }

  /** Removes the link, if there is one. @throws as `put` */
  async delete(customerId: string, options: ChangeOptions = {}): Promise<void> {
    await this.requests.json(change('DELETE', customerId, options));
  }

  /** One page of the list; `unreadable` names the customers of it whose link cannot be read. */
  page(options: LinkListQuery & CallOptions = {}): Promise<LinkPage> {
    const { billingCustomerId, limit, cursor } = options;
    const path = pathOf(...LINKS) + queryOf({ billingCustomerId, limit, cursor });
    return this.requests.json(get(path, options)) as Promise<LinkPage>;
  }

  /** All pages from here on, each a call with a time of its own. */
  async *pages(options: LinkListQuery & CallOptions = {}): AsyncGenerator<LinkPage, void, undefined> {
    let next = options.cursor;
    do {
      const page = await this.page({ ...options, ...(next === undefined ? {} : { cursor: next }) });
      yield page;
      next = page.nextCursor ?? undefined;
    } while (next !== undefined);
  }

  /** All links, in the order of customer ids. Those that cannot be read are missing: `pages` names them. */
  async *all(options: LinkListQuery & CallOptions = {}): AsyncGenerator<ListedLink, void, undefined> {
    for await (const { links } of this.pages(options)) yield* links;
  }

  /**
   * All links as one stream. `timeoutMs` is the time until it begins.
   * @throws CutOff when the stream ends before the line that says that nothing is missing
   */
  export(options: CallOptions & { readonly after?: string } = {}): AsyncGenerator<ExportLine, void, undefined> {
    const path = pathOf(...LINKS, 'export') + queryOf({ after: options.after });
    return exportedLines(this.requests.transport, get(path, options));
  }

  /** Stores many links. It is never repeated by itself; repeating it is safe. @throws CutOff when the report is not whole */
  import(
    links: Iterable<ImportedLink>,
    options: CallOptions & { readonly dryRun?: boolean } = {},
  ): Promise<ImportReport> {
    const path = pathOf(...LINKS, 'import') + queryOf({ dryRun: options.dryRun });
    return importReport(this.requests.transport, path, links, options);
  }
}

/** A conditional change is not made again: the first one may have been done, and the condition would then fail. */
function change(method: 'PUT' | 'DELETE', customerId: string, options: ChangeOptions, body?: string): Call {
  const { ifMatch, ifNoneMatch } = options;
  return {
    method,
    path: pathOf(...LINKS, customerId),
    headers: {
      'if-match': ifMatch,
      'if-none-match': ifNoneMatch,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
    options,
    repeatable: ifMatch === undefined && ifNoneMatch === undefined,
  };
}

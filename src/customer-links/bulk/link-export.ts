import { Injectable } from '@nestjs/common';
import { Clock } from '../../config/clock.ts';
import { BulkLinks } from './bulk-links.ts';
import { withRetries } from './bulk-retries.ts';
import { byReadability, type LinkPage } from './link-list.ts';

const PAGE = 500;

/** Every link of an organisation as NDJSON, one page at a time in memory. */
@Injectable()
export class LinkExport {
  constructor(
    private readonly clock: Clock,
    private readonly links: BulkLinks,
  ) {}

  /**
   * One line for each link, in the order of customer ids. The last line, `{"exported":N}`, says that nothing is missing;
   * with `unreadable` it counts the links that could not be read, each of which has a line that names its customer. Each
   * customer occurs at most once, even while links change. It retries a page that Redis does not answer.
   * @param after the customer after whom to continue; the last line names it. '' for all
   * @returns the lines, once Redis has answered for the first page, which is not retried
   * @throws RedisUnavailable for the first page, and later from the lines: a stream without the last line is incomplete
   */
  async lines(organisation: string, after: string): Promise<(left: AbortSignal) => AsyncIterable<string>> {
    const first = await this.pageAfter(organisation, after);
    const last = after === '' ? {} : { after };
    return (left) => this.linesFrom(organisation, first, last, left);
  }

  private async *linesFrom(
    organisation: string,
    first: LinkPage,
    last: { readonly after?: string },
    left: AbortSignal,
  ): AsyncGenerator<string> {
    let exported = 0;
    let unreadable = 0;
    for (let page = first; ;) {
      const { after, entries } = page;
      const counted = byReadability(page);
      exported += counted.links.length;
      unreadable += counted.unreadable.length;
      if (entries.length > 0) yield entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
      if (after === null) break;
      page = await withRetries(this.clock, left, () => this.pageAfter(organisation, after));
    }
    const missing = unreadable === 0 ? {} : { unreadable };
    yield `${JSON.stringify({ exported, ...missing, ...last })}\n`;
  }

  private pageAfter(organisation: string, after: string): Promise<LinkPage> {
    return this.links.list.page(organisation, null, after, PAGE);
  }
}

import { Injectable } from '@nestjs/common';
import { LinkList, type LinkPage } from './link-list.ts';

const PAGE = 500;

/** Every link of an organisation as NDJSON, one page at a time in memory. */
@Injectable()
export class LinkExport {
  constructor(private readonly list: LinkList) {}

  /**
   * One line a link, in the order of customer ids; the last line, `{"exported":N}`, says that nothing is missing. Each
   * customer occurs at most once, also while links change.
   * @returns the lines, when Redis has answered for the first page
   * @throws RedisUnavailable then, and from the lines later: a stream without the last line is not whole
   */
  async lines(organisation: string): Promise<AsyncIterable<string>> {
    return this.linesFrom(organisation, await this.pageAfter(organisation, ''));
  }

  private async *linesFrom(organisation: string, first: LinkPage): AsyncGenerator<string> {
    let exported = 0;
    for (let page = first; ; page = await this.pageAfter(organisation, page.after)) {
      exported += page.links.length;
      if (page.links.length > 0) yield page.links.map((link) => `${JSON.stringify(link)}\n`).join('');
      if (page.after === null) break;
    }
    yield `${JSON.stringify({ exported })}\n`;
  }

  private pageAfter(organisation: string, after: string): Promise<LinkPage> {
    return this.list.page(organisation, null, after, PAGE);
  }
}

import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { ApiBillingCustomerId } from '../../customer-ids/customer-ids.openapi.ts';
import { customerId } from '../../customer-ids/customer-ids.schema.ts';
import { NDJSON } from '../../http-server/line-stream.ts';
import { flag, text } from '../../openapi/json-schema.ts';
import { optionalQuery, pageLimit } from '../../openapi/parameters.ts';
import { ApiProblems } from '../../problems/problem.openapi.ts';
import { CustomerLinks } from '../customer-link.schema.ts';

type ApiContent = Record<string, { schema: { type: 'string'; description: string }; example: string }>;

const link = {
  customerId: '9876543210',
  billingCustomerId: '3fa85f64-5717-4562-b3fc-2c963f66afa6',
  linkedAt: '2026-11-21T09:30:00.000Z',
  linkedBy: 'order-service',
};
const DUPLICATE = { in: 'body', name: 'customerId', detail: 'line 1 is for the same customer' };
const SUMMARY = {
  created: 1,
  replaced: 0,
  unchanged: 0,
  refused: 1,
  failed: 1,
  notTried: 1,
  lines: 4,
  dryRun: false,
};
const lines = (...values: readonly object[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const ndjson = (description: string, example: string): ApiContent => ({
  [NDJSON]: { schema: { type: 'string' as const, description }, example },
});

export const DescribeList = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'listCustomerLinks',
      summary: 'The organisation’s links, all or those to one billing customer',
      description:
        'In the order of customer ids (as bytes). A page may be shorter than limit; the last has no nextCursor. Customers whose links cannot be read are named in unreadable.',
    }),
    ApiBillingCustomerId('Only the links to this billing customer.'),
    optionalQuery('limit', 'Maximum number of links in one page.', pageLimit),
    optionalQuery('cursor', 'The nextCursor of the previous page.', { ...text, examples: ['OTg3NjU0MzIxMA'] }),
    ApiResponse({
      status: 200,
      description: 'One page.',
      content: {
        'application/json': {
          schema: CustomerLinks,
          example: { links: [link], nextCursor: null } satisfies CustomerLinks,
        },
      },
    }),
  );

export const DescribeExport = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'exportCustomerLinks',
      summary: 'Every link of the organisation, as NDJSON',
      description:
        'One link per line. The last line, {"exported":N}, says that nothing is missing; without it the export was cut off: continue with after. A link that cannot be read has a line with code instead, and the last line counts these: {"exported":N,"unreadable":M}.',
    }),
    optionalQuery('after', 'Only the links after this customer. The last line also names it.', customerId),
    ApiResponse({
      status: 200,
      description: 'The links, in the order of customer ids.',
      content: ndjson('One link per line, then {"exported":N}.', lines(link, { exported: 1 })),
    }),
  );

export const DescribeImport = (): MethodDecorator =>
  applyDecorators(
    ApiOperation({
      operationId: 'importCustomerLinks',
      summary: 'Store many links, with a report line by line',
      description:
        'NDJSON, one {"customerId", "billingCustomerId"} per line, at most 16 MiB and 200,000 lines; an export can be imported as it is. The import begins when the whole file has arrived. Each line is a PUT of its own: the report has a result for each, in the order of the file, and ends with a summary. A report without the summary was cut off; it is safe to import the file again.',
    }),
    optionalQuery('dryRun', 'true: only report the result that each line would have.', { ...flag, default: false }),
    ApiConsumes(NDJSON),
    ApiBody({
      required: true,
      schema: {
        type: 'string',
        examples: [lines({ customerId: link.customerId, billingCustomerId: link.billingCustomerId })],
      },
    }),
    ApiResponse({
      status: 200,
      description:
        'A report on each line. The status is 200 even when lines were refused or failed; the summary says so.',
      content: ndjson(
        'One report per line (created, replaced, unchanged, refused with errors, failed or not_tried with code), then the summary.',
        lines(
          { line: 1, customerId: link.customerId, outcome: 'created' },
          { line: 2, outcome: 'refused', errors: [DUPLICATE] },
          { line: 3, customerId: '1005110002', outcome: 'failed', code: 'link_store_unavailable' },
          { line: 4, customerId: '1005110003', outcome: 'not_tried', code: 'link_store_unavailable' },
          { summary: SUMMARY },
        ),
      ),
    }),
    ApiProblems('request_timeout', 'body_too_large', 'unsupported_media_type', 'import_busy'),
  );

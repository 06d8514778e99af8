import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { callerOf, keptName } from '../../auth/caller.decorator.ts';
import { requestOf } from '../../handlers/raw-request.decorator.ts';
import { InputCheck } from '../../problems/input-check.ts';
import { ExportFilter, ImportQuery, LinksQuery } from './bulk-links.dto.ts';
import { type ImportOptions } from './import-blocks.ts';
import { afterCursor } from './link-cursor.ts';

/** One page of an organisation's links. */
export interface LinkPageQuery {
  readonly organisation: string;
  /** Only the links to this one, a lower-case UUID; null: all. */
  readonly billingCustomerId: string | null;
  /** The customer after whom the page begins; '' for the first page. */
  readonly after: string;
  readonly limit: number;
}

/** An export. */
export interface ExportQuery {
  readonly organisation: string;
  /** The customer after whom the file begins; '' for all. */
  readonly after: string;
  /** For the log. */
  readonly requestId: string;
}

/** @throws Problem `invalid_request` naming every issue at once */
export const LinkPageRequest = createParamDecorator((_data: unknown, context: ExecutionContext): LinkPageQuery => {
  const request = requestOf(context);
  const check = new InputCheck();
  const { billingCustomerId, limit, cursor } = check.values(LinksQuery, 'query', request.query);
  check.assertValid();
  return {
    organisation: callerOf(request).organisation.id,
    billingCustomerId: billingCustomerId?.toLowerCase() ?? null,
    after: cursor === undefined ? '' : afterCursor(cursor),
    limit: Number(limit),
  };
});

/** @throws Problem `invalid_request` naming every issue at once */
export const ExportRequest = createParamDecorator((_data: unknown, context: ExecutionContext): ExportQuery => {
  const request = requestOf(context);
  const check = new InputCheck();
  const { after = '' } = check.values(ExportFilter, 'query', request.query);
  check.assertValid();
  return { organisation: callerOf(request).organisation.id, after, requestId: request.id };
});

/** The body is read later. @throws Problem `invalid_request` naming every issue at once */
export const ImportRequest = createParamDecorator((_data: unknown, context: ExecutionContext): ImportOptions => {
  const request = requestOf(context);
  const check = new InputCheck();
  const { dryRun } = check.values(ImportQuery, 'query', request.query);
  check.assertValid();
  const caller = callerOf(request);
  return {
    organisation: caller.organisation.id,
    caller: keptName(caller.name),
    dryRun: dryRun === 'true',
    requestId: request.id,
  };
});

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { callerOf } from '../../auth/caller.decorator.ts';
import { type SourceName } from '../../config/source-names.ts';
import { type CustomerKey } from '../../customer-ids/customer-key.ts';
import { CustomerPath } from '../../customer-ids/customer-path.dto.ts';
import { requestOf } from '../../handlers/raw-request.decorator.ts';
import { InputCheck } from '../../problems/input-check.ts';
import { ForgetQuery } from './profile-query.dto.ts';
import { ProfileQueryPipe, type UncheckedRead } from './profile-query.pipe.ts';
import { readConnectorsUrl, readConnectorUrl, readProfileUrl, type ReadUrl } from './profile-url.ts';

/** Nest injects nothing into a decorator's factory, so a pipe does the rest. */
const ReadRequest = createParamDecorator((readUrl: ReadUrl, context: ExecutionContext): UncheckedRead => ({
  readUrl,
  reply: context.switchToHttp().getResponse<FastifyReply>(),
}));

/** A `ProfileQuery` for the profile. */
export const ProfileRequest = (): ParameterDecorator => ReadRequest(readProfileUrl, ProfileQueryPipe);

/** A `ProfileQuery` for only the connector references. */
export const ConnectorsRequest = (): ParameterDecorator => ReadRequest(readConnectorsUrl, ProfileQueryPipe);

/** A `ProfileQuery` for one connector's reference. */
export const ConnectorRequest = (): ParameterDecorator => ReadRequest(readConnectorUrl, ProfileQueryPipe);

/** The customer to forget, or one source of it. */
export interface ForgetTarget {
  readonly customer: CustomerKey;
  /** null: everything. */
  readonly source: SourceName | null;
}

/** A `ForgetTarget`. */
export const ForgetRequest = createParamDecorator((_data: unknown, context: ExecutionContext): ForgetTarget => {
  const request = requestOf(context);
  const check = new InputCheck();
  const { customerId } = check.values(CustomerPath, 'path', request.params);
  const { source = null } = check.values(ForgetQuery, 'query', request.query);
  check.assertValid();
  return { customer: { organisation: callerOf(request).organisation.id, customerId }, source };
});

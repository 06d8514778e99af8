import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { callerOf } from '../auth/caller.decorator.ts';
import { requestOf } from '../handlers/raw-request.decorator.ts';
import { accepts } from '../http-server/accepts.ts';
import { InputCheck } from '../problems/input-check.ts';
import { positionOf } from './change-cursor.ts';
import { type ChangeQuery } from './change-pages.ts';
import { EVENT_STREAM } from './change-streams.ts';
import { ChangesHeaders, ChangesQuery } from './changes.dto.ts';
import { type StoredChange } from './feed/change.ts';

/** A request for changes, checked. */
export interface ChangesInput {
  readonly query: ChangeQuery;
  /** How long an answer without events may wait for one. */
  readonly waitMs: number;
  readonly isStream: boolean;
}

/** @throws Problem `invalid_request` naming every issue at once */
export const ChangesRequest = createParamDecorator((_data: unknown, context: ExecutionContext): ChangesInput => {
  const request = requestOf(context);
  const check = new InputCheck();
  const sent = check.values(ChangesQuery, 'query', request.query);
  const headers = check.values(ChangesHeaders, 'header', request.headers, true);
  check.assertValid();
  const cursor = headers['last-event-id'] ?? sent.cursor;
  // A HEAD has no body, so it does not wait for events.
  const isHead = request.method === 'HEAD';
  return {
    query: {
      organisation: callerOf(request).organisation.id,
      position: cursor === undefined ? null : positionOf(cursor),
      from: sent.from === 'newest' ? 'newest' : 'oldest',
      limit: Number(sent.limit),
      wants: filterOf(sent),
    },
    waitMs: isHead ? 0 : Number(sent.waitSeconds) * 1000,
    isStream: !isHead && accepts(request.headers.accept, EVENT_STREAM),
  };
});

/** A change of the policy concerns every customer and every source. */
function filterOf({ type, source, customerId }: ChangesQuery): (change: StoredChange) => boolean {
  const types = type?.split(',');
  const sources = source?.split(',');
  return (change) => {
    if (types && !types.includes(change.type)) return false;
    const isOfAll = change.type === 'policy_changed';
    if (customerId !== undefined && !isOfAll && change.customerId !== customerId) return false;
    return !sources || isOfAll || change.type === 'erased' || change.sources.some((one) => sources.includes(one));
  };
}

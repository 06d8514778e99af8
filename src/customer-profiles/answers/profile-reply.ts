import { type FastifyReply } from 'fastify';
import { addLogFields } from '../../telemetry/log-fields.ts';
import { type ProfileQuery } from '../request/profile-query.ts';
import { matchesIfNoneMatch } from './etag.ts';
import { type ProfileAnswer } from './profile-answer.ts';
import { cacheLabel, profileHeaders } from './profile-headers.ts';

/**
 * Sets status and headers of the reply, and the fields of the log line.
 * @returns the stored bytes; undefined, with 304, when the caller has them
 */
export function fillReply(
  reply: FastifyReply,
  answer: ProfileAnswer,
  { ifNoneMatch }: ProfileQuery,
  now: number,
): Buffer | string | undefined {
  const { response, cache } = answer;
  void reply.headers(profileHeaders(answer, now));
  addLogFields(reply.request, { cache: cacheLabel(cache), complete: response.complete });
  if (!matchesIfNoneMatch(response.etag, ifNoneMatch)) return response.body;
  void reply.code(304).removeHeader('content-type');
  return undefined;
}

import { HttpException } from '@nestjs/common';
import { isRedisFailure } from '../redis/redis-errors.ts';
import { Problem, type ProblemCode } from './problem.ts';
import { problemWithoutRedis, type WithoutRedisCode } from './without-redis.ts';

const BY_FASTIFY_CODE: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  FST_ERR_BAD_URL: ['invalid_request', 'The path is not validly percent-encoded.'],
  FST_ERR_MAX_PARAM_LENGTH: ['invalid_request', 'A part of the path is too long.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['body_too_large', 'Send a smaller body.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported_media_type',
    'Send the body with the Content-Type the route documents: application/json, or application/x-ndjson for an import.',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid_request', 'The body is empty; send a JSON object.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid_request', 'The body is not valid JSON.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid_request', 'The length of the body differs from Content-Length.'],
};

/**
 * The `Problem` for anything thrown. An unexpected error becomes the cause of `internal_error`.
 * @param withoutRedis the problem that the route declares for a Redis that does not answer, when it declares one
 */
export function toProblem(thrown: unknown, withoutRedis?: WithoutRedisCode): Problem {
  if (thrown instanceof Problem) return thrown;
  if (withoutRedis !== undefined && isRedisFailure(thrown)) return problemWithoutRedis(withoutRedis, thrown);
  // The framework's adapter wraps what Fastify refuses.
  const refusal = thrown instanceof HttpException && thrown.cause instanceof Error ? thrown.cause : thrown;
  const byCode = BY_FASTIFY_CODE[fastifyCode(refusal)];
  if (byCode) return new Problem(...byCode);
  const status = statusOf(thrown);
  // The static files' server answers 403 to a path that leaves its folder.
  if (status === 404 || status === 403)
    return new Problem(
      'route_not_found',
      'See /docs for all routes. Paths are case-sensitive and have no trailing slash.',
    );
  if (status >= 400 && status < 500)
    return new Problem('invalid_request', 'The request cannot be read.', { cause: thrown });
  return new Problem('internal_error', 'The service failed to answer. Its log has the cause, with this requestId.', {
    cause: thrown,
  });
}

function fastifyCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}

function statusOf(thrown: unknown): number {
  if (thrown instanceof HttpException) return thrown.getStatus();
  return thrown instanceof Error && 'statusCode' in thrown ? Number(thrown.statusCode) : 500;
}

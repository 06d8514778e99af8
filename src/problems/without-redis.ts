import { AlsoRouteConfig } from '../handlers/route-config.decorator.ts';
import { Problem, type ProblemCode } from './problem.ts';

/** The detail for the caller when Redis does not answer, by the problem that a route declares. */
const WITHOUT_REDIS = {
  cache_unavailable:
    'Redis does not answer, or does not notify the other processes, which may still have a copy. Try again.',
  link_store_unavailable:
    'Links are stored in Redis, which is not configured (REDIS_URL), does not answer, or does not notify the other processes. Try again.',
  changes_unavailable:
    'Changes are stored in Redis, which is not configured (REDIS_URL) or does not answer. Try again with the same cursor.',
  erasure_unavailable:
    'Redis does not answer, or could not notify the other processes. If the erasure has begun, the same request again finishes it.',
  lookup_unavailable: 'Redis does not answer. Try again.',
} as const satisfies Partial<Record<ProblemCode, string>>;

export type WithoutRedisCode = keyof typeof WITHOUT_REDIS;

/** The problem with which a route answers when Redis does not. @param cause only for the log */
export const problemWithoutRedis = (code: WithoutRedisCode, cause?: unknown): Problem =>
  new Problem(code, WITHOUT_REDIS[code], { cause, headers: { 'retry-after': '5' } });

/** Declares which problem the route answers with when Redis does not answer. */
export const WithoutRedis = (code: WithoutRedisCode): MethodDecorator => AlsoRouteConfig({ withoutRedis: code });

declare module 'fastify' {
  interface FastifyContextConfig {
    withoutRedis?: WithoutRedisCode;
  }
}

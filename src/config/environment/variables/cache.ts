import { IsIn, IsOptional } from 'class-validator';
import { IsCallerList, IsEncryptionKeyList, IsWholeNumber } from '../env.rules.ts';
import { Variable } from '../variable.ts';

/** How long cached parts are used, which callers may bypass them, and how they are protected and inspected. */
export class CacheVariables {
  @Variable(
    'Callers whose Cache-Control may force a refresh (no-cache, max-age, min-fresh), comma-separated: names of API keys, subjects of tokens, or anonymous when AUTH_MODE is none. The directives of other callers are ignored and counted, never refused. Absent: all callers. Set it when a client library adds no-cache to every request.',
  )
  @IsOptional()
  @IsCallerList()
  CACHE_DEMAND_CALLERS?: string;

  @Variable('How long a customer and a linked connector are fresh.')
  @IsWholeNumber(1)
  CACHE_FRESH_SECONDS = 300;

  @Variable('How long "not linked" and "integration removed" are fresh.')
  @IsWholeNumber(1)
  CACHE_NOT_LINKED_SECONDS = 3600;

  @Variable('How long "no such customer" is fresh.')
  @IsWholeNumber(1)
  CACHE_NOT_FOUND_SECONDS = 30;

  @Variable('How long a failed source is not called again.')
  @IsWholeNumber(1)
  CACHE_FAILURE_SECONDS = 10;

  @Variable('How long after its fetch a definite answer may be used when its source fails.')
  @IsWholeNumber(1)
  CACHE_STALE_SECONDS = 86_400;

  @Variable(
    'How long a read waits for the refresh of an expired part. Then it answers with the stale value, and the refresh continues in the background.',
  )
  @IsWholeNumber(0, 60_000)
  CACHE_REFRESH_WAIT_MS = 50;

  @Variable(
    'How long a process answers from its own copy before it reads Redis again; 0: no copy. Without REDIS_URL the copy lives as long as a Redis entry would.',
  )
  @IsWholeNumber(0, 60)
  CACHE_LOCAL_SECONDS = 2;

  @Variable(
    'How long a process trusts its own copies while Redis does not answer and it misses invalidations. After that CACHE_DISCONNECTED_MODE decides.',
  )
  @IsWholeNumber(0, 86_400)
  CACHE_DISCONNECTED_SECONDS = 60;

  @Variable(
    'What a process does when it has not reached Redis for CACHE_DISCONNECTED_SECONDS: stale (it serves its copies as stale) or refuse (it drops them and answers profiles with 503 until Redis is back, so that it never shows a customer that was erased elsewhere).',
  )
  @IsIn(['stale', 'refuse'])
  CACHE_DISCONNECTED_MODE = 'stale';

  @Variable(
    'One in this many answers from the cache is compared with its sources, in the background and after all other work. Metrics show how old such answers are, and how often they are wrong. Each comparison costs the calls of a refresh. Absent: none.',
  )
  @IsOptional()
  @IsWholeNumber(1)
  INSPECT_ONE_IN?: number;

  @Variable(
    'AES-256 keys as id:base64, comma-separated; the first encrypts, all decrypt. With them, cached profiles are encrypted in Redis, and processes share the reseller access token through it. Without them Redis holds no secret. Links are only identifiers and are not encrypted.',
    { secret: true },
  )
  @IsOptional()
  @IsEncryptionKeyList()
  CACHE_ENCRYPTION_KEYS?: string;
}

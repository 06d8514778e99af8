import { Injectable } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { Counter } from 'prom-client';
import { callerOf } from '../../auth/caller.decorator.ts';
import { Clock } from '../../config/clock.ts';
import { Config } from '../../config/config.ts';
import { type CacheDirectives, NO_DIRECTIVES } from '../../profile-refresh/cache-directives.ts';
import { addLogFields } from '../../telemetry/log-fields.ts';
import { Metrics } from '../../telemetry/metrics.ts';
import { parseCacheControl } from './cache-control.ts';

/** Bounds the label, because tokens may name any number of subjects. */
const MAX_NAMED_CALLERS = 100;

/**
 * The cache directives that callers may use. Some HTTP clients add `no-cache` to every request on their own, which would
 * call every source each time; `CACHE_DEMAND_CALLERS` names the callers who may do that. The metric and the log name those
 * who try.
 */
@Injectable()
export class CacheDemands {
  private readonly counter: Counter<'caller' | 'outcome'>;
  private readonly named = new Set<string>();

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    { registry }: Metrics,
  ) {
    this.counter = new Counter({
      name: 'profile_cache_demands_total',
      help: 'Reads whose Cache-Control would force a refresh, by caller, and whether it was obeyed.',
      labelNames: ['caller', 'outcome'],
      registers: [registry],
    });
  }

  /** The directives of the request's `Cache-Control` that its caller may use. */
  of(request: FastifyRequest): CacheDirectives {
    const directives = parseCacheControl(request.headers['cache-control'], this.clock);
    if (directives.notBefore === -Infinity && directives.minFreshMs === 0) return directives;
    const { name, rights } = callerOf(request);
    const isNamed = this.config.cache.demandingCallers?.includes(name) ?? true;
    const isObeyed = isNamed && rights.has('profiles:refresh');
    const outcome = isObeyed ? 'obeyed' : 'ignored';
    this.counter.inc({ caller: this.label(name), outcome });
    addLogFields(request, { cacheDemand: outcome });
    if (isObeyed) return directives;
    const { maxStaleMs, onlyIfCached } = directives;
    return maxStaleMs === null && !onlyIfCached ? NO_DIRECTIVES : { ...NO_DIRECTIVES, maxStaleMs, onlyIfCached };
  }

  private label(name: string): string {
    if (this.named.size < MAX_NAMED_CALLERS) this.named.add(name);
    return this.named.has(name) ? name : 'other';
  }
}

import { pino } from 'pino';
import { type Config } from '../../src/config/config.ts';
import { WideInvalidations } from '../../src/profile-cache/wide/wide-invalidations.ts';
import { RedisConnection } from '../../src/redis/redis-connection.ts';
import { RedisMetrics } from '../../src/redis/redis-metrics.ts';
import { RedisSubscription } from '../../src/redis/redis-subscription.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { type TestClock } from './test-clock.ts';

/** Those of a process alone, without the rest of the service. */
export function wideInvalidations(config: Config, clock: TestClock): WideInvalidations {
  const log = pino({ level: 'silent' });
  const metrics = new RedisMetrics(new Metrics());
  const connection = new RedisConnection(config, clock, log, metrics);
  const subscription = new RedisSubscription(config, clock, connection, log, metrics);
  return new WideInvalidations(config, clock, connection, subscription, log);
}

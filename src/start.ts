import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Logger } from 'pino';
import { Clock } from './config/clock.ts';
import { Config } from './config/config.ts';
import { EnvironmentError } from './config/environment/environment-error.ts';
import { readEnv } from './config/environment/read-env.ts';
import { unknownVariableWarnings } from './config/environment/unknown-variables.ts';
import { type HttpConfig } from './config/http-config.ts';
import { usualProxyVariables } from './config/outbound-proxy.ts';
import { type Listening } from './listen.ts';
import { createLogger } from './telemetry/logger.ts';
import { StandardOutput } from './telemetry/standard-output.ts';

/**
 * Starts the service, or ends the process with 1 when the environment is not valid.
 * @param beforeListening called when the service itself handles signals
 */
export async function start(beforeListening: () => void): Promise<void> {
  const config = readConfig();
  const clock = new Clock();
  const output = new StandardOutput(clock);
  process.on('exit', () => {
    output.end();
  });
  const logger = createLogger(config.logLevel, clock, output);
  // Loads these only now, so that it reports a bad environment at once.
  const { createApp } = await import('./app.ts');
  const { listen } = await import('./listen.ts');
  const { countDroppedLines } = await import('./telemetry/dropped-lines.ts');
  const { Lifecycle } = await import('./health/lifecycle.ts');
  const { RedisConnection } = await import('./redis/redis-connection.ts');
  const { Metrics } = await import('./telemetry/metrics.ts');
  const { shutDownOnSignals } = await import('./shutdown.ts');

  const app = await createApp(config, logger, clock, (line, onWritten) => {
    output.writeSurely(line, onWritten);
  });
  countDroppedLines(output, app.get(Metrics), logger);
  const lifecycle = app.get(Lifecycle);
  // Handles a signal that came while modules were loading.
  await nextTurn();
  await nextTurn();
  shutDownOnSignals(app, lifecycle, config, clock, logger);
  beforeListening();
  const listening = await listen(app, config.http).catch((error: unknown) => exitWithout(config.http, logger, error));
  lifecycle.serve();
  const redis = config.redis === null ? 'none' : app.get(RedisConnection).isReady ? 'connected' : 'not_connected';
  logReady(config, logger, listening, redis);
  warnOf(config, logger);
}

/** Ends the process, because it cannot listen on a port of the configuration. */
function exitWithout({ host, port }: HttpConfig, logger: Logger, error: unknown): never {
  const { code: errorCode } = error as NodeJS.ErrnoException;
  logger.fatal({ event: 'listen_failed', errorCode, host, port }, 'the service cannot listen on the port');
  process.exit(1);
}

function logReady(
  config: Config,
  logger: Logger,
  { port, managementPort }: Listening,
  redis: 'none' | 'connected' | 'not_connected',
): void {
  logger.info(
    {
      event: 'ready',
      port,
      nodeVersion: process.version,
      redis,
      mode: config.auth.mode,
      ...(managementPort === null ? {} : { managementPort }),
    },
    'ready',
  );
}

/** Warns of variables that are missing, unknown or without effect. */
function warnOf(config: Config, logger: Logger): void {
  if (config.redis === null)
    logger.warn(
      { event: 'no_redis' },
      'REDIS_URL is not set: profiles are kept only in this process and links cannot be stored',
    );
  for (const warning of unknownVariableWarnings(process.env)) logger.warn({ event: 'unknown_variable' }, warning);
  const unusedProxies = config.outboundProxy === null ? usualProxyVariables(process.env) : [];
  if (unusedProxies.length > 0)
    logger.warn(
      { event: 'proxy_not_used' },
      `${unusedProxies.join(', ')}: set, but not used; use UPSTREAM_PROXY_URL for a proxy to the upstreams`,
    );
}

function readConfig(): Config {
  try {
    return new Config(readEnv(process.env));
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    process.stderr.write(`${error.message}\nEvery variable is described in docs/environment.md.\n`);
    process.exit(1);
  }
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { Clock } from './config/clock.ts';
import { Config } from './config/config.ts';
import { usualProxyVariables } from './config/outbound-proxy.ts';
import { EnvironmentError, readEnv } from './config/read-env.ts';
import { createLogger } from './telemetry/logger.ts';
import { StandardOutput } from './telemetry/standard-output.ts';

/**
 * Starts the service, or ends the process with 1 when the environment is wrong.
 * @param beforeListening called when the service handles signals itself
 */
export async function start(beforeListening: () => void): Promise<void> {
  const config = readConfig();
  const clock = new Clock();
  const output = new StandardOutput(clock);
  process.on('exit', () => {
    output.end();
  });
  const logger = createLogger(config.logLevel, clock, output);
  // Loaded only now, so that a bad environment is reported at once.
  const { createApp } = await import('./app.ts');
  const { countDroppedLines } = await import('./telemetry/dropped-lines.ts');
  const { Lifecycle } = await import('./health/lifecycle.ts');
  const { Metrics } = await import('./telemetry/metrics.ts');
  const { shutDownOnSignals } = await import('./shutdown.ts');

  const app = await createApp(config, logger, clock);
  countDroppedLines(output, app.get(Metrics), logger);
  const lifecycle = app.get(Lifecycle);
  // A signal that has come while modules were loaded is heard now.
  await nextTurn();
  await nextTurn();
  shutDownOnSignals(app, lifecycle, config, clock, logger);
  beforeListening();
  await app.listen({ port: config.http.port, host: config.http.host });
  lifecycle.serve();
  const { port } = app.getHttpServer().address() as { port: number };
  logger.info(
    { event: 'ready', port, nodeVersion: process.version, redis: config.redis !== null, mode: config.auth.mode },
    'ready',
  );
  if (config.redis === null)
    logger.warn(
      { event: 'no_redis' },
      'REDIS_URL is not set: profiles are kept in this process alone and links cannot be stored',
    );
  const unusedProxies = config.outboundProxy === null ? usualProxyVariables(process.env) : [];
  if (unusedProxies.length > 0)
    logger.warn(
      { event: 'proxy_not_used' },
      `${unusedProxies.join(', ')}: set, and not used; a proxy for the calls to the upstreams is OUTBOUND_PROXY_URL`,
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

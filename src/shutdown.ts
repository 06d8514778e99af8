import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Logger } from 'pino';
import { type Clock } from './config/clock.ts';
import { type Config } from './config/config.ts';
import { type Lifecycle } from './health/lifecycle.ts';

/** A terminal and a process manager may both deliver one Ctrl-C. */
const ONE_PRESS_MS = 500;
/** The time reserved for the exit itself. */
const EXIT_MS = 200;

/**
 * Shuts the process down on SIGTERM or SIGINT. It stops being ready, and still serves requests for `DRAIN_DELAY_MS`. Then
 * it accepts no new connections, finishes the requests in progress, closes Redis, sends the last traces for a moment at
 * most, and exits with 0. A second signal, or `SHUTDOWN_TIMEOUT_MS`, ends it at once. A process that does not serve yet
 * exits at once.
 */
export function shutDownOnSignals(
  app: NestFastifyApplication,
  lifecycle: Lifecycle,
  config: Config,
  clock: Clock,
  log: Logger,
): void {
  let stoppingSince: number | null = null;
  const stop = async (signal: string): Promise<void> => {
    if (stoppingSince !== null) {
      if (clock.monotonic() - stoppingSince < ONE_PRESS_MS) return;
      log.warn({ event: 'shutdown_cut_short', signal }, 'a second signal ends the process at once');
      process.exit(1);
    }
    if (!lifecycle.started) process.exit(0);
    stoppingSince = clock.monotonic();
    lifecycle.drain();
    log.info({ event: 'shutdown', signal }, 'shutting down');
    clock.after(config.shutdownTimeoutMs, () => {
      log.error({ event: 'shutdown_timeout' }, 'requests were still in progress at the shutdown timeout');
      process.exit(0);
    });
    await clock.sleep(config.drainDelayMs);
    await app.close();
    const leftMs = config.shutdownTimeoutMs - (clock.monotonic() - stoppingSince);
    await app
      .getHttpAdapter()
      .getInstance()
      .traces?.close(Math.max(0, leftMs - EXIT_MS));
    log.info({ event: 'stopped' }, 'stopped');
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}

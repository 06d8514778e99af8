import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type HttpConfig } from './config/http-config.ts';

/** Where the service listens. */
export interface Listening {
  readonly port: number;
  /** null: operators have no port of their own. */
  readonly managementPort: number | null;
}

/** Listens on the ports of the configuration. @throws a system error when a port cannot be used */
export async function listen(app: NestFastifyApplication, config: HttpConfig): Promise<Listening> {
  const { managementPort: management } = app.getHttpAdapter().getInstance();
  // First, so that operators can connect as soon as callers can.
  const managementPort = management && (await management.listen(config.managementPort ?? 0, config.host));
  await app.listen({ port: config.port, host: config.host });
  const { port } = app.getHttpServer().address() as { port: number };
  return { port, managementPort };
}

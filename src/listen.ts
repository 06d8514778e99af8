import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type HttpConfig } from './config/http-config.ts';

/** Where the service listens. */
export interface Listening {
  readonly port: number;
  /** null: there is no port of its own for operators. */
  readonly managementPort: number | null;
}

/** Listens on the ports of the configuration. @throws Error of the system when one cannot be listened on */
export async function listen(app: NestFastifyApplication, config: HttpConfig): Promise<Listening> {
  const { managementPort: management } = app.getHttpAdapter().getInstance();
  // First: once callers are let in, operators are, too.
  const managementPort = management && (await management.listen(config.managementPort ?? 0, config.host));
  await app.listen({ port: config.port, host: config.host });
  const { port } = app.getHttpServer().address() as { port: number };
  return { port, managementPort };
}

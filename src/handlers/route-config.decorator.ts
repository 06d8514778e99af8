import { RouteConfig } from '@nestjs/platform-fastify';
import { type FastifyContextConfig } from 'fastify';

/** Adds to what Fastify knows of the handler's route. `RouteConfig` by itself replaces what another decorator has added. */
export const AlsoRouteConfig =
  (more: FastifyContextConfig): MethodDecorator =>
  (target, name, descriptor) => {
    const handler = descriptor.value as object;
    const present = Reflect.getMetadata(RouteConfig({}).KEY, handler) as FastifyContextConfig | undefined;
    RouteConfig({ ...present, ...more })(target, name, descriptor);
  };

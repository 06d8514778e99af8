import { RouteConfig } from '@nestjs/platform-fastify';
import { type FastifyContextConfig } from 'fastify';

/** Adds to Fastify's config of the handler's route. `RouteConfig` alone would replace what another decorator has added. */
export const AlsoRouteConfig =
  (more: FastifyContextConfig): MethodDecorator =>
  (target, name, descriptor) => {
    const handler = descriptor.value as object;
    const present = Reflect.getMetadata(RouteConfig({}).KEY, handler) as FastifyContextConfig | undefined;
    RouteConfig({ ...present, ...more })(target, name, descriptor);
  };

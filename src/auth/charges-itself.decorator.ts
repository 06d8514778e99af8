import { AlsoRouteConfig } from '../handlers/route-config.decorator.ts';

/** Makes the handler's parameters charge the caller, and not the guard: the cost of a request depends on its body. */
export const ChargesItself = (): MethodDecorator => AlsoRouteConfig({ chargesItself: true });

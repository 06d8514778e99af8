import { AlsoRouteConfig } from '../handlers/route-config.decorator.ts';

/** The price of a request depends on its body, so the handler's parameters charge the caller, and the guard does not. */
export const ChargesItself = (): MethodDecorator => AlsoRouteConfig({ chargesItself: true });

import { AlsoRouteConfig } from '../handlers/route-config.decorator.ts';

/** What a request costs its caller depends on its body: the handler's parameters charge it, instead of the guard. */
export const ChargesItself = (): MethodDecorator => AlsoRouteConfig({ chargesItself: true });

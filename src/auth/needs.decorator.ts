import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { type Right } from '../config/callers/rights.ts';
import { AlsoRouteConfig } from '../handlers/route-config.decorator.ts';

/** The member of an operation in the description of the API with the right that it needs. */
export const RIGHT_OF_OPERATION = 'x-needed-right';

/** The metadata key of `Needs`. */
export const NEEDED_RIGHT = 'neededRight';

/**
 * The right without which a controller or a handler answers 403. A route that names none is closed to everybody. A handler that takes a
 * body has its own, so that its callers are let in before the body is read.
 */
export const Needs =
  (right: Right): ClassDecorator & MethodDecorator =>
  <T>(target: object, name?: string | symbol, descriptor?: TypedPropertyDescriptor<T>): void => {
    const onBoth = applyDecorators(SetMetadata(NEEDED_RIGHT, right), ApiExtension(RIGHT_OF_OPERATION, right));
    onBoth(target, name, descriptor);
    if (name !== undefined && descriptor) AlsoRouteConfig({ neededRight: right })(target, name, descriptor);
  };

import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { type Right } from '../config/callers/rights.ts';
import { AlsoRouteConfig } from '../handlers/route-config.decorator.ts';

/** The member of an OpenAPI operation that names the right it needs. */
export const RIGHT_OF_OPERATION = 'x-needed-right';

/** The metadata key of `Needs`. */
export const NEEDED_RIGHT = 'neededRight';

/**
 * The right that a controller or a handler needs; callers without it get 403. A route without a right is closed to
 * everybody. A handler with a body needs its own decorator, so that `EarlyAdmission` admits its callers before the body is
 * read.
 */
export const Needs =
  (right: Right): ClassDecorator & MethodDecorator =>
  <T>(target: object, name?: string | symbol, descriptor?: TypedPropertyDescriptor<T>): void => {
    const onBoth = applyDecorators(SetMetadata(NEEDED_RIGHT, right), ApiExtension(RIGHT_OF_OPERATION, right));
    onBoth(target, name, descriptor);
    if (name !== undefined && descriptor) AlsoRouteConfig({ neededRight: right })(target, name, descriptor);
  };

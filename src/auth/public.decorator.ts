import { type CustomDecorator, SetMetadata } from '@nestjs/common';

/** The metadata key of `Public`. */
export const IS_PUBLIC = 'isPublic';

/** Opens a controller or a handler to callers without credentials. Every other route is closed. */
export const Public = (): CustomDecorator => SetMetadata(IS_PUBLIC, true);

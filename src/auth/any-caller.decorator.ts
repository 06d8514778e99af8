import { type CustomDecorator, SetMetadata } from '@nestjs/common';
import { NEEDED_RIGHT } from './needs.decorator.ts';

/** Opens a handler to every caller with valid credentials. It needs no right. */
export const AnyCaller = (): CustomDecorator => SetMetadata(NEEDED_RIGHT, null);

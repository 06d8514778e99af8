import { type DynamicModule, Module } from '@nestjs/common';
import { type Logger } from 'pino';
import { LOGGER } from './logger.ts';

/** Gives every module the one logger. */
@Module({})
export class TelemetryModule {
  static with(logger: Logger): DynamicModule {
    return {
      module: TelemetryModule,
      global: true,
      providers: [{ provide: LOGGER, useValue: logger }],
      exports: [LOGGER],
    };
  }
}

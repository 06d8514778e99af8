import { type DynamicModule, Module } from '@nestjs/common';
import { type Logger } from 'pino';
import { LOGGER } from './logger.ts';
import { Metrics } from './metrics.ts';

/** Gives every module the one logger and the one registry of metrics. */
@Module({})
export class TelemetryModule {
  static forRoot(logger: Logger): DynamicModule {
    return {
      module: TelemetryModule,
      global: true,
      providers: [{ provide: LOGGER, useValue: logger }, Metrics],
      exports: [LOGGER, Metrics],
    };
  }
}

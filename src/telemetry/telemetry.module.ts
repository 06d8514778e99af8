import { type DynamicModule, Module } from '@nestjs/common';
import { type Logger } from 'pino';
import { AUDIT_OUTPUT, type AuditOutput } from './audit-output.ts';
import { LOGGER } from './logger.ts';
import { Metrics } from './metrics.ts';

/** Gives every module the one logger, the output for audit lines, and the one registry of metrics. */
@Module({})
export class TelemetryModule {
  static forRoot(logger: Logger, auditOutput: AuditOutput): DynamicModule {
    return {
      module: TelemetryModule,
      global: true,
      providers: [{ provide: LOGGER, useValue: logger }, { provide: AUDIT_OUTPUT, useValue: auditOutput }, Metrics],
      exports: [LOGGER, AUDIT_OUTPUT, Metrics],
    };
  }
}

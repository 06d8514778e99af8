import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { type Logger } from 'pino';
import { AuthModule } from './auth/auth.module.ts';
import { type Clock } from './config/clock.ts';
import { ConfigModule } from './config/config.module.ts';
import { type Config } from './config/config.ts';
import { ConsoleModule } from './console/console.module.ts';
import { CustomerChangesModule } from './customer-changes/customer-changes.module.ts';
import { CustomerErasuresModule } from './customer-erasures/customer-erasures.module.ts';
import { CustomerLinksModule } from './customer-links/customer-links.module.ts';
import { CustomerLookupsModule } from './customer-lookups/customer-lookups.module.ts';
import { CustomerProfilesModule } from './customer-profiles/customer-profiles.module.ts';
import { ExplanationsModule } from './explanations/explanations.module.ts';
import { HealthModule } from './health/health.module.ts';
import { InvalidationsModule } from './invalidations/invalidations.module.ts';
import { ProblemFilter } from './problems/problem.filter.ts';
import { ProfileSweepModule } from './profile-sweep/profile-sweep.module.ts';
import { type AuditOutput } from './telemetry/audit-output.ts';
import { TelemetryModule } from './telemetry/telemetry.module.ts';

@Module({})
export class AppModule {
  static forRoot(config: Config, clock: Clock, logger: Logger, auditOutput: AuditOutput): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config, clock),
        TelemetryModule.forRoot(logger, auditOutput),
        AuthModule,
        HealthModule,
        CustomerLookupsModule,
        CustomerProfilesModule,
        ExplanationsModule,
        CustomerChangesModule,
        CustomerLinksModule,
        CustomerErasuresModule,
        ConsoleModule,
        InvalidationsModule,
        ProfileSweepModule,
      ],
      providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
    };
  }
}

import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { type Logger } from 'pino';
import { AuthModule } from './auth/auth.module.ts';
import { type Clock } from './config/clock.ts';
import { type Config } from './config/config.ts';
import { ConfigModule } from './config/config.module.ts';
import { CustomerLinksModule } from './customer-links/customer-links.module.ts';
import { CustomerLookupsModule } from './customer-lookups/customer-lookups.module.ts';
import { CustomerProfilesModule } from './customer-profiles/customer-profiles.module.ts';
import { ExplanationsModule } from './explanations/explanations.module.ts';
import { HealthModule } from './health/health.module.ts';
import { ProblemFilter } from './problems/problem.filter.ts';
import { TelemetryModule } from './telemetry/telemetry.module.ts';

@Module({})
export class AppModule {
  static forRoot(config: Config, clock: Clock, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config, clock),
        TelemetryModule.forRoot(logger),
        AuthModule,
        HealthModule,
        CustomerLookupsModule,
        CustomerProfilesModule,
        ExplanationsModule,
        CustomerLinksModule,
      ],
      providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
    };
  }
}

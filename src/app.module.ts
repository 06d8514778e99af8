import { type DynamicModule, Module } from '@nestjs/common';
import { type Logger } from 'pino';
import { type Clock } from './config/clock.ts';
import { type Config } from './config/config.ts';
import { ConfigModule } from './config/config.module.ts';
import { CustomerLinksModule } from './customer-links/customer-links.module.ts';
import { CustomerLookupsModule } from './customer-lookups/customer-lookups.module.ts';
import { CustomerProfilesModule } from './customer-profiles/customer-profiles.module.ts';
import { ExplanationsModule } from './explanations/explanations.module.ts';
import { HealthModule } from './health/health.module.ts';
import { TelemetryModule } from './telemetry/telemetry.module.ts';

@Module({})
export class AppModule {
  static with(config: Config, clock: Clock, logger: Logger): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config, clock),
        TelemetryModule.with(logger),
        HealthModule,
        CustomerLookupsModule,
        CustomerProfilesModule,
        ExplanationsModule,
        CustomerLinksModule,
      ],
    };
  }
}

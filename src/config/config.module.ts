import { type DynamicModule, Module } from '@nestjs/common';
import { Clock } from './clock.ts';
import { Config } from './config.ts';

/** Gives every module the one `Config` and the one `Clock`. */
@Module({})
export class ConfigModule {
  static forRoot(config: Config, clock: Clock): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [
        { provide: Config, useValue: config },
        { provide: Clock, useValue: clock },
      ],
      exports: [Config, Clock],
    };
  }
}

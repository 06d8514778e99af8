import KeyvRedis from '@keyv/redis';
import { CacheModule } from '@nestjs/cache-manager';
import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { OperationsController } from './operations.controller.ts';
import { ProfilesController } from './profiles.controller.ts';
import { ProfilesService } from './profiles.service.ts';
import { logRequest } from './request-log.ts';

const { REDIS_URL = '', CACHE_FRESH_SECONDS } = process.env;

@Module({
  imports: [CacheModule.register({ stores: [new KeyvRedis(REDIS_URL)], ttl: Number(CACHE_FRESH_SECONDS) * 1000 })],
  controllers: [ProfilesController, OperationsController],
  providers: [ProfilesService],
})
export class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(logRequest).forRoutes(ProfilesController);
  }
}

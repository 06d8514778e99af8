import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.ts';
import { BillingConnectorsModule } from '../billing-connectors/billing-connectors.module.ts';
import { ChangeFeedModule } from '../customer-changes/feed/change-feed.module.ts';
import { ProfileCacheModule } from '../profile-cache/profile-cache.module.ts';
import { RedisModule } from '../redis/redis.module.ts';
import { TombstonesModule } from '../tombstones/tombstones.module.ts';
import { BulkLinks } from './bulk/bulk-links.ts';
import { ImportBlocks } from './bulk/import-blocks.ts';
import { ImportBody } from './bulk/import-body.ts';
import { LinkExport } from './bulk/link-export.ts';
import { LinkImport } from './bulk/link-import.ts';
import { LinkList } from './bulk/link-list.ts';
import { LinkListsController } from './bulk/link-lists.controller.ts';
import { UnreadableLinks } from './bulk/unreadable-links.ts';
import { CustomerLinksController } from './customer-links.controller.ts';
import { LinkChanges } from './link-changes.ts';
import { LinkIndex } from './link-index.ts';
import { LinkResolver } from './link-resolver.ts';
import { LinkStore } from './link-store.ts';

@Module({
  imports: [AuditModule, BillingConnectorsModule, ChangeFeedModule, ProfileCacheModule, RedisModule, TombstonesModule],
  controllers: [LinkListsController, CustomerLinksController],
  providers: [
    BulkLinks,
    ImportBlocks,
    ImportBody,
    LinkChanges,
    LinkExport,
    LinkImport,
    LinkIndex,
    LinkList,
    LinkResolver,
    LinkStore,
    UnreadableLinks,
  ],
  exports: [LinkIndex, LinkList, LinkResolver],
})
export class CustomerLinksModule {}

import { Injectable } from '@nestjs/common';
import { Clock } from '../../config/clock.ts';
import { Config } from '../../config/config.ts';
import { ChangeMarks } from '../../customer-changes/feed/change-marks.ts';
import { ChangeRecorder } from '../../customer-changes/feed/change-recorder.ts';
import { CacheInvalidations } from '../../profile-cache/cache-invalidations.ts';
import { RedisConnection } from '../../redis/redis-connection.ts';
import { Tombstones } from '../../tombstones/tombstones.ts';
import { LinkChanges } from '../link-changes.ts';
import { LinkIndex } from '../link-index.ts';
import { LinkStore } from '../link-store.ts';
import { LinkList } from './link-list.ts';
import { UnreadableLinks } from './unreadable-links.ts';

/** Links for imports and exports: each command may take `BULK_REDIS_TIMEOUT_MS`, because nobody waits for a single one. */
@Injectable()
export class BulkLinks {
  readonly store: LinkStore;
  readonly list: LinkList;
  readonly changes: LinkChanges;

  constructor(
    config: Config,
    clock: Clock,
    connection: RedisConnection,
    cache: CacheInvalidations,
    unreadable: UnreadableLinks,
    marks: ChangeMarks,
    changes: ChangeRecorder,
    tombstones: Tombstones,
  ) {
    const redis = connection.within(config.redis?.bulkTimeoutMs ?? 0);
    this.store = new LinkStore(redis, clock, marks, tombstones);
    const index = new LinkIndex(redis, this.store);
    this.list = new LinkList(this.store, index, unreadable);
    this.changes = new LinkChanges(config, this.store, index, cache, changes, tombstones);
  }
}

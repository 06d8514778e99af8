import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalRedis, startRedis } from '../../../sandbox/redis/local-redis.ts';
import { ERASURE_VARIABLES, ERASURES, keysThatName } from '../../customer-erasures/erasing.ts';
import { linkedAs, openStage, type Stage } from '../../profile-cache/stage.ts';
import { PATIENT } from '../../redis/load.ts';
import { withoutBinary } from '../../redis/parts.ts';
import { eventually } from '../../support/eventually.ts';
import { settled } from '../../support/passing-time.ts';
import { rawRedis } from '../../support/raw-redis.ts';

const TIMES = { REQUEST_BUDGET_MS: '1000', CACHE_LOCAL_SECONDS: '1', REDIS_TIMEOUT_MS: '1000' };

(withoutBinary === null ? describe : describe.skip)(
  `a Redis that starts with an older file${withoutBinary ?? ''}`,
  () => {
    let stage: Stage;
    let redis: LocalRedis;
    /** Of Redis, and of receipts. */
    let folders: readonly [string, string];

    beforeEach(async () => {
      folders = [mkdtempSync(join(tmpdir(), 'redis-file-')), mkdtempSync(join(tmpdir(), 'receipts-'))];
      stage = await openStage();
      redis = await startWithFile();
    });

    afterEach(async () => {
      await stage.close();
      await redis.kill();
      for (const folder of folders) rmSync(folder, { recursive: true });
    });

    const startWithFile = (port?: number): Promise<LocalRedis> =>
      startRedis({ ...(port !== undefined && { port }), args: ['--dir', folders[0], '--rdbcompression', 'no'] });

    /** The content of Redis's file after a new save. */
    async function savedFile(): Promise<string> {
      const raw = rawRedis(redis.url);
      await raw.save();
      raw.disconnect();
      return readFileSync(join(folders[0], 'dump.rdb'), 'latin1');
    }

    it('brings an erased customer back, whose receipt erases it again, also from the next file', async () => {
      const service = await stage.service(
        { ...PATIENT, ...ERASURE_VARIABLES, ...TIMES, REDIS_URL: redis.url },
        { time: 'real' },
      );
      const customer = stage.customer({ stripe: linkedAs('cus_restored') });
      const { customerId, billingCustomerId, unlinkedPath } = customer;
      await service.http.put(`/v1/customer-links/${customerId}`).send({ billingCustomerId }).expect(201);
      await service.http.get(unlinkedPath).expect(200);
      await settled(service);
      for (const id of [customerId, billingCustomerId]) expect(await savedFile()).toContain(id);
      const { body } = await service.http.post(ERASURES).send({ customerId }).expect(200);
      writeFileSync(join(folders[1], 'receipt.json'), JSON.stringify(body));
      await service.http.get(unlinkedPath).expect(410);

      await redis.kill();
      redis = await startWithFile(redis.port);
      await eventually('the customer is back', async () => (await service.http.get(unlinkedPath)).status === 200);

      const env = { ...process.env, SERVICE: service.url };
      const tool = spawn(process.execPath, ['tools/reapply-erasures.ts', folders[1]], { env, stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
      let output = '';
      tool.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
      expect(await once(tool, 'close')).toStrictEqual([0, null]);
      expect(output).toBe('1 of 1 erased again\n');
      await service.http.get(unlinkedPath).expect(410);
      const raw = rawRedis(redis.url);
      expect(await keysThatName(raw, customerId)).toStrictEqual([expect.stringMatching(/:events$/)]);
      raw.disconnect();
      const file = await savedFile();
      expect(file).not.toContain(billingCustomerId);
      expect(file).not.toContain('cus_restored');
    });
  },
);

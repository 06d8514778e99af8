import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type LocalCluster, startRedisCluster } from '../../sandbox/redis/local-cluster.ts';
import { findRedisServer } from '../../sandbox/redis/local-redis.ts';
import { exportAll, importFile, LINKS, newLink, newLinks, toLines } from '../customer-links/ndjson.ts';
import { PATIENT } from '../redis/load.ts';
import { eventually } from '../support/eventually.ts';
import { sandboxVariables, type Service, startService } from '../support/service.ts';

const withRedisServer = findRedisServer() === null ? describe.skip : describe;

withRedisServer('links in a Redis Cluster, where links and lists lie in different slots (needs redis-server)', () => {
  let cluster: LocalCluster;
  let service: Service;

  beforeAll(async () => {
    cluster = await startRedisCluster();
    service = await startService(sandboxVariables('http://127.0.0.1:9', { ...PATIENT, REDIS_URL: cluster.url }), {
      time: 'real',
    });
    await eventually('every node is reached', async () => {
      const { lines } = await importFile(service.url, toLines(newLinks(100)), { query: '?dryRun=true' });
      return lines.at(-1)?.summary?.created === 100;
    });
  });

  afterAll(async () => {
    await service.close();
    await cluster.kill();
  });

  it('are stored, conditional, listed, moved and removed', async () => {
    const { customerId, billingCustomerId } = newLink();
    const next = randomUUID();
    const url = `${LINKS}/${customerId}`;
    const { headers } = await service.http.put(url).send({ billingCustomerId }).expect(201);
    await service.http.put(url).set('if-match', '"9"').send({ billingCustomerId: next }).expect(412);
    const ifMatch = String(headers.etag);
    await service.http.put(url).set('if-match', ifMatch).send({ billingCustomerId: next }).expect(200);
    const listed = async (id: string): Promise<unknown> =>
      (await service.http.get(`${LINKS}?billingCustomerId=${id}`).expect(200)).body;
    expect(await listed(billingCustomerId)).toMatchObject({ links: [] });
    expect(await listed(next)).toMatchObject({ links: [{ customerId }] });
    await service.http.delete(url).expect(204);
    expect(await listed(next)).toMatchObject({ links: [] });
  });

  it('are imported and exported by the thousand', async () => {
    const links = newLinks(3000);
    const { lines } = await importFile(service.url, toLines(links));
    expect(lines.at(-1)?.summary).toMatchObject({ created: 3000, failed: 0 });
    const exported = await exportAll(service.url);
    expect(exported.last).toEqual({ exported: 3000 });
    expect(exported.links).toMatchObject(links);
  });
});

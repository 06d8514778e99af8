import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { metric, openStage, type Stage } from '../../profile-cache/stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage.close());

it('counts complete and incomplete profiles, hits and those of a batch alike, and no problem', async () => {
  const service = await stage.service();
  const counts = (): Promise<number[]> =>
    Promise.all(['true', 'false'].map((is) => metric(service, `customer_profile_answers_total{complete="${is}"}`)));
  expect(await counts()).toEqual([0, 0]);

  const { path, customerId } = stage.customer();
  await service.http.get(path).expect(200);
  await service.http.get(path).expect(200);
  await service.http.get('/v1/customer-profiles/1111111111').expect(404);
  expect(await counts()).toEqual([2, 0]);
  for (const [cache, count] of [
    ['fetched', 1],
    ['hit', 1],
    ['stale', 0],
  ] as const)
    expect(await metric(service, `customer_profile_read_duration_seconds_count{cache="${cache}"}`)).toBe(count);

  stage.sandbox.faults.set('stripe', { kind: 'status', status: 401 });
  await service.http.get(stage.customer().path).expect(200);
  stage.sandbox.faults.clear();
  expect(await counts()).toEqual([2, 1]);

  await service.http
    .post('/v1/customer-profiles/batch-get')
    .send({ customerIds: [customerId, '1111111111'] })
    .expect(200);
  expect(await counts()).toEqual([3, 1]);
});

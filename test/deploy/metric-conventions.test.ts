import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { totalmem } from 'node:os';
import { openStage, type Stage } from '../profile-cache/stage.ts';
import { type Service } from '../support/service.ts';
import { withoutPromtool } from './promtool.ts';

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.service();
});

afterAll(() => stage.close());

const metrics = async (): Promise<string> => (await fetch(`${service.url}/metrics`)).text();

describe('the metrics of a running service', () => {
  (withoutPromtool === null ? it : it.skip)(
    `follow Prometheus’s conventions, as promtool reads them${withoutPromtool ?? ''}`,
    async () => {
      // So that histograms and counters have series.
      await service.http.get(stage.customer().path).expect(200);
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input: await metrics(),
        encoding: 'utf8',
      });
      expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
    },
  );

  it('say which build it is', async () => {
    const labels = `version="0.1.0",revision="unknown",node_version="${process.versions.node}"`;
    expect(await metrics()).toContain(`\ncustomer_profiles_build_info{${labels}} 1\n`);
  });

  it('say how much memory the process may have, which is more than it has', async () => {
    const text = await metrics();
    const bytes = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(bytes('process_memory_limit_bytes')).toBeGreaterThan(bytes('process_resident_memory_bytes'));
    expect(bytes('process_memory_limit_bytes')).toBeLessThanOrEqual(totalmem());
  });
});

import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { documentedVariables } from '../../src/config/environment/env.ts';
import { unknownVariables } from '../../src/config/environment/unknown-variables.ts';
import { promtool, withoutPromtool } from './promtool.ts';

interface Service {
  readonly image?: string;
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly deploy?: { readonly replicas: number };
}

const root = new URL('../../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(root + path, 'utf8');
const { services } = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> };
const missing = spawnSync('haproxy', ['-v']).error ? ' (needs haproxy)' : '';

describe('docker-compose.yml', () => {
  it('starts the service, its Redis and the sandbox, and the rest by profile', () => {
    const inProfile = (profile: string | undefined): string[] =>
      Object.entries(services).flatMap(([name, { profiles }]) => (profiles?.[0] === profile ? [name] : []));
    expect(inProfile(undefined).sort()).toEqual(['redis', 'sandbox', 'service']);
    expect(inProfile('fleet').sort()).toEqual(['fleet', 'gateway']);
    expect(inProfile('observability').sort()).toEqual(['grafana', 'prometheus']);
    expect(services.fleet?.deploy).toEqual({ replicas: 3 });
    expect(services.fleet?.environment).toEqual(services.service?.environment);
  });

  it('mounts files that there are, and sets variables that there are', () => {
    const files = Object.values(services).flatMap(({ volumes = [] }) => volumes.filter((one) => one.startsWith('./')));
    expect(files.length).toBeGreaterThan(0);
    expect(files.map((one) => one.split(':')[0] ?? '').filter((path) => !existsSync(root + path))).toEqual([]);
    const variables = services.service?.environment ?? {};
    expect(Object.keys(variables).filter((name) => !documentedVariables().some((one) => one.name === name))).toEqual(
      [],
    );
    expect(unknownVariables(variables)).toEqual([]);
  });

  it('names a version of each image', () => {
    const images = Object.values(services).flatMap(({ image }) => image ?? []);
    expect(images.filter((image) => !/:v?\d+\.\d+/.test(image))).toEqual([]);
  });

  (withoutPromtool === null ? it : it.skip)(`gives Prometheus a configuration it reads${withoutPromtool ?? ''}`, () => {
    expect(promtool('check', 'config', `${root}deploy/monitoring/prometheus.yaml`)).toBe('');
  });

  (missing === '' ? it : it.skip)(`gives the gateway of the fleet a configuration it reads${missing}`, () => {
    const { status, stderr } = spawnSync('haproxy', ['-c', '-f', `${root}deploy/gateways/fleet.cfg`], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('has a gateway that treats processes as the rehearsed one does', () => {
    const settings = (path: string): string[] =>
      read(path)
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => /^(option|http-check|retry-on|retries|timeout|balance)/.test(line));
    expect(settings('deploy/gateways/fleet.cfg').sort()).toEqual(settings('deploy/gateways/haproxy.cfg').sort());
    const [, check = 'none'] = /default-server (check .*)/.exec(read('deploy/gateways/haproxy.cfg')) ?? [];
    expect(read('deploy/gateways/fleet.cfg')).toContain(check);
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '../../src/config/config.ts';
import { documentedVariables, type Env } from '../../src/config/environment/env.ts';
import { readEnv } from '../../src/config/environment/read-env.ts';
import { unknownVariables } from '../../src/config/environment/unknown-variables.ts';
import { typeErrors, validationError } from './manifest-types.ts';
import { type Manifest, Manifests, withoutKubectl } from './manifests.ts';

const missing = withoutKubectl();
const SECRETS = '/etc/customer-profiles/secrets';

describe.each(['overlays/staging', 'overlays/production'])('deploy/kubernetes/%s', (path) => {
  (missing === null ? describe : describe.skip)(`as kubectl renders it${missing ?? ''}`, () => {
    let manifests: Manifests;
    let deployment: Manifest['spec'];
    let pod: Manifest['spec'];
    let container: Manifest['spec'];
    let variables: Record<string, string>;
    let env: Env;
    let secretsFolder: string;

    beforeAll(() => {
      manifests = new Manifests(path);
      deployment = manifests.one('Deployment').spec;
      pod = deployment.template.spec;
      container = pod.containers[0];
      variables = manifests.environment.data;
      secretsFolder = mkdtempSync(join(tmpdir(), 'secrets-'));
      for (const [name, content] of Object.entries(SECRET_FILES)) writeFileSync(join(secretsFolder, name), content);
      env = readEnv(
        Object.fromEntries(
          Object.entries(variables).map(([name, value]) => [name, value.replace(SECRETS, secretsFolder)]),
        ),
      );
    });

    afterAll(() => {
      rmSync(secretsFolder, { recursive: true });
    });

    it('has only members that the Kubernetes API has', async () => {
      expect(typeErrors(manifests.all)).toEqual([]);
      for (const manifest of manifests.all) expect(await validationError(manifest)).toBeNull();
    });

    it('sets only variables that there are, with values the service starts with', () => {
      const known = documentedVariables().flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]));
      expect(Object.keys(variables).filter((name) => !known.includes(name))).toEqual([]);
      expect(unknownVariables(variables)).toEqual([]);
      expect(new Config(env).organisations.size).toBe(1);
    });

    it('takes every secret from a file of the Secret, and none from a variable', () => {
      const secrets = documentedVariables().filter(({ secret }) => secret);
      expect(secrets.filter(({ name }) => name in variables)).toEqual([]);
      const files = secrets.flatMap(({ name }) => variables[`${name}_FILE`] ?? []);
      expect(files.sort()).toEqual(
        Object.keys(SECRET_FILES)
          .map((name) => `${SECRETS}/${name}`)
          .sort(),
      );
      expect(container.env).toBeUndefined();
      expect(manifests.all.filter(({ kind }) => kind === 'Secret')).toEqual([]);
      expect(pod.volumes).toEqual([
        { name: 'secrets', secret: { secretName: 'customer-profiles', defaultMode: 0o440 } },
      ]);
      expect(container.volumeMounts).toEqual([{ name: 'secrets', mountPath: SECRETS, readOnly: true }]);
    });

    it('leaves the number of pods to the autoscaler, which goes by the CPU', () => {
      expect(deployment.replicas).toBeUndefined();
      const { scaleTargetRef, minReplicas, metrics } = manifests.one('HorizontalPodAutoscaler').spec;
      expect(scaleTargetRef).toMatchObject({ kind: 'Deployment', name: manifests.one('Deployment').metadata.name });
      expect(minReplicas).toBeGreaterThanOrEqual(2);
      expect(metrics).toEqual([
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 65 } } },
      ]);
    });

    it('is replaced pod by pod, and never has fewer', () => {
      expect(deployment.strategy).toEqual({ type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } });
    });

    it('is spread over zones and nodes', () => {
      const over = (topologyKey: string): object =>
        expect.objectContaining({ topologyKey, labelSelector: deployment.selector });
      expect(pod.topologySpreadConstraints).toEqual([
        over('topology.kubernetes.io/zone'),
        over('kubernetes.io/hostname'),
      ]);
    });

    it('gives a pod longer to end than it needs, without a preStop hook', () => {
      const needsMs = env.DRAIN_DELAY_MS + env.SHUTDOWN_TIMEOUT_MS;
      expect(1000 * pod.terminationGracePeriodSeconds).toBeGreaterThan(needsMs);
      expect(container.lifecycle).toBeUndefined();
    });

    it('finds a pod not ready before it stops serving', () => {
      const { periodSeconds, failureThreshold } = container.readinessProbe;
      expect(1000 * periodSeconds * failureThreshold).toBeLessThan(env.DRAIN_DELAY_MS);
    });

    it('has a probe for each purpose, with time to answer', () => {
      const { startupProbe, livenessProbe, readinessProbe } = container;
      expect(startupProbe).toMatchObject({ httpGet: { path: '/health/startup', port: 'http' }, periodSeconds: 1 });
      expect(livenessProbe).toMatchObject({ httpGet: { path: '/health/live', port: 'http' } });
      expect(readinessProbe).toMatchObject({ httpGet: { path: '/health/ready', port: 'http' } });
      for (const { timeoutSeconds } of [startupProbe, livenessProbe, readinessProbe])
        expect(timeoutSeconds).toBeGreaterThanOrEqual(2);
    });

    it('passes the restricted Pod Security profile', () => {
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(pod.securityContext.runAsUser).toBeGreaterThan(0);
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(Object.keys(pod).filter((member) => /^(host|initContainers)/.test(member))).toEqual([]);
    });

    it('shows a pod no token of the cluster', () => {
      expect(pod.automountServiceAccountToken).toBe(false);
      expect(manifests.one('ServiceAccount').automountServiceAccountToken).toBe(false);
      expect(pod.serviceAccountName).toBe(manifests.one('ServiceAccount').metadata.name);
    });

    it('requests all the memory it may have, and has no limit of the CPU', () => {
      const { requests, limits } = container.resources;
      expect(limits).toEqual({ memory: '512Mi' });
      expect(requests).toEqual({ cpu: expect.any(String), memory: limits.memory });
    });

    it('lets a node be drained', () => {
      const { maxUnavailable, minAvailable, selector } = manifests.one('PodDisruptionBudget').spec;
      expect({ maxUnavailable, minAvailable, selector }).toEqual({ maxUnavailable: 1, selector: deployment.selector });
    });

    it('selects its own pods', () => {
      const { labels } = deployment.template.metadata;
      expect(labels).toMatchObject(deployment.selector.matchLabels);
      expect(manifests.one('Service').spec.selector).toEqual(deployment.selector.matchLabels);
      expect(manifests.one('NetworkPolicy').spec.podSelector).toEqual(deployment.selector);
    });

    it('lets in the gateway and Prometheus, each to its port', () => {
      const { policyTypes, ingress } = manifests.one('NetworkPolicy').spec;
      expect(policyTypes).toEqual(['Ingress', 'Egress']);
      expect(ingress).toEqual([
        { from: [inNamespace('gateway')], ports: [{ port: 'http', protocol: 'TCP' }] },
        { from: [inNamespace('monitoring')], ports: [{ port: 'management', protocol: 'TCP' }] },
      ]);
      expect(container.ports).toEqual([
        { name: 'http', containerPort: env.PORT },
        { name: 'management', containerPort: env.MANAGEMENT_PORT },
      ]);
    });

    it('lets out to DNS over UDP and TCP, to Redis, and to the upstreams on 443 outside private networks', () => {
      const [dns, redis, upstreams, ...others] = manifests.one('NetworkPolicy').spec.egress;
      expect(dns).toEqual({
        to: [{ ...inNamespace('kube-system'), podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }],
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, protocol: 'TCP' },
        ],
      });
      expect(redis).toEqual({ to: [inNamespace('redis')], ports: [{ port: 6379, protocol: 'TCP' }] });
      expect(upstreams.ports).toEqual([{ port: 443, protocol: 'TCP' }]);
      expect(upstreams.to[0].ipBlock.except).toEqual(
        expect.arrayContaining(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16']),
      );
      expect(others).toEqual([]);
    });

    it('rolls the pods when a variable changes: the name of the ConfigMap is made of its content', () => {
      const { name } = manifests.environment.metadata;
      expect(name).toMatch(/^customer-profiles-\w{10}$/);
      expect(container.envFrom).toEqual([{ configMapRef: { name } }]);
    });
  });
});

/** The files of the Secret, with values as they could be. */
const SECRET_FILES: Readonly<Record<string, string>> = {
  'reseller-api-key': 'a-key\n',
  'reseller-client-secret': 'a-secret\n',
  'billing-api-key': 'another-key\n',
  'redis-url': 'rediss://customer-profiles:a-password@redis.redis.svc:6379\n',
  'cache-encryption-keys': `2026:${Buffer.alloc(32, 1).toString('base64')}\n`,
};

const inNamespace = (name: string): object => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
});

(missing === null ? it : it.skip)(
  `deploy/monitoring: scrapes the Service of the pods, and shows the dashboard${missing ?? ''}`,
  () => {
    const manifests = new Manifests('overlays/production');
    const service = manifests.one('Service');
    const { selector, endpoints } = manifests.one('ServiceMonitor').spec;
    expect(service.metadata.labels).toMatchObject(selector.matchLabels);
    expect(service.spec.ports).toContainEqual(expect.objectContaining({ name: endpoints[0].port }));
    expect(endpoints[0].oauth2.scopes).toEqual(['operations:read']);
    const board = manifests.all.find(({ metadata }) => metadata.labels?.grafana_dashboard === '1');
    expect(JSON.parse(board?.data['dashboard.json'])).toMatchObject({ uid: 'customer-profiles' });
  },
);

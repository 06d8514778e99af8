import { describe, expect, it } from '@jest/globals';
import { Config } from '../../../src/config/config.ts';
import { documentedVariables } from '../../../src/config/environment/env.ts';
import { EnvironmentError } from '../../../src/config/environment/environment-error.ts';
import { readEnv } from '../../../src/config/environment/read-env.ts';
import { ERASURE_VARIABLES } from '../../customer-erasures/erasing.ts';
import { sandboxVariables, type Variables } from '../../support/service.ts';

const valid = sandboxVariables('http://localhost:9', { REDIS_URL: 'redis://localhost:9', ...ERASURE_VARIABLES });
const uuid = '5b1f0c3e-7a52-4d0b-9c7e-2f6a8d4e1b90';
const key = `${'A'.repeat(43)}=`;
const badNumbers = ['zq7', '-1', '1.5', '1e3', '0x10', 'NaN', '1_000', '٣', '9999999999'];
const badUrls = [
  'zq7',
  'ftp://zq7.example.org',
  '//zq7.example.org',
  'https://u:zq7@example.org',
  'https://example.org?zq7',
  'https://',
];
const numbers = documentedVariables().flatMap(({ name }) => (/_MS$|_SECONDS$|^PORT$|_CALLS/.test(name) ? [name] : []));

const bad: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(numbers.map((name) => [name, badNumbers])),
  ...Object.fromEntries(
    ['RESELLER_API_URL', 'RESELLER_TOKEN_URL', 'BILLING_API_URL', 'JWT_JWKS_URL'].map((name) => [name, badUrls]),
  ),
  HOST: ['zq7 zq7', 'zq7/zq7', 'zq7\nzq7'],
  LOG_LEVEL: ['zq7', 'INFO', 'constructor'],
  REDIS_URL: ['zq7', 'http://zq7.example.org', 'redis://', 'redis://localhost/zq7', 'redis:zq7'],
  UPSTREAM_PROXY_URL: [
    'zq7',
    'zq7.example.org:8080',
    'socks5://zq7.example.org:1080',
    'http:zq7.example.org',
    'http://zq7.example.org/path',
    'http://zq7.example.org:8080?zq7',
    'http://u:zq7%zz@localhost:8080',
    'http://zq7.example.org:99999999',
  ],
  UPSTREAM_NO_PROXY: ['http://zq7.example.org', 'zq7 zq7', '*', '10.0.0.0/8', 'localhost,', '.zq7:80', 'zq7:x'],
  OTEL_EXPORTER_OTLP_ENDPOINT: [
    'zq7',
    'zq7.example.org:4318',
    'grpc://zq7.example.org',
    'http://zq7:zq7@zq7.example.org',
  ],
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ['zq7', 'http://zq7.example.org/?zq7=1'],
  OTEL_EXPORTER_OTLP_PROTOCOL: ['grpc', 'zq7', 'http'],
  OTEL_EXPORTER_OTLP_HEADERS: ['zq7', 'zq7=zq7 zq7', 'a=zq7,', '=zq7', 'zq7=%zq', 'zq7=%ff'],
  OTEL_EXPORTER_OTLP_TIMEOUT: ['zq7', '0', '1.5'],
  OTEL_EXPORTER_OTLP_COMPRESSION: ['zq7', 'brotli'],
  OTEL_TRACES_EXPORTER: ['zq7', 'zipkin', 'otlp,none'],
  OTEL_TRACES_SAMPLER: ['zq7', 'jaeger_remote'],
  OTEL_TRACES_SAMPLER_ARG: ['zq7', '1.5', '-1', '1e-3', '50%'],
  OTEL_SDK_DISABLED: ['zq7', '1'],
  UPSTREAM_TRACE_CONTEXT: ['zq7', 'yes'],
  RESELLER_API_KEY: ['zq7 zq7', 'zq7é', 'zq7\nzq7'],
  RESELLER_CLIENT_SECRET: ['zq7 zq7', 'zq7\u007f'],
  RESELLER_TOKEN_SCOPE: ['zq7 zq7'],
  BILLING_API_KEY: ['zq7 zq7', 'zq7\r\nX-Evil: 1'],
  BILLING_ORGANISATION: ['zq7', `{${uuid}}`, uuid.slice(1)],
  BILLING_API_VERSION: ['zq7 zq7', 'zq7/1'],
  BILLING_CONNECTORS: ['zq7', 'stripe,zq7', 'stripe,', 'stripe,stripe', '__proto__'],
  LINK_RESOLVERS: ['zq7', 'request,request', 'request;link-store'],
  AUTH_MODE: ['zq7', 'NONE', 'jwt,none'],
  API_KEYS: ['zq7', 'name:zq7', `name@zq7:${'x'.repeat(16)}`, `:${'zq7'.repeat(6)}`, `name:${'zq7'.repeat(6)},`],
  JWT_ISSUER: ['zq7 zq7'],
  JWT_AUDIENCE: ['zq7 zq7'],
  INSPECT_ONE_IN: ['zq7', '0', '1.5'],
  SWEEP_INTERVAL_HOURS: ['zq7', '0', '1.5', '8761'],
  SWEEP_QUOTA_SHARE: ['zq7', '0', '1.1', '-0.2', '1e-1', '0.1234567'],
  ERASURE_KEY: ['zq7', key.slice(4), `id:${key}`],
  ERASURE_SIGNING_KEYS: ['zq7', `id:${key},id:${key}`, `id:public:${key}`, `id:${key.slice(4)}`, `id:private:${key}`],
  ERASURE_TOMBSTONE_DAYS: ['zq7', '0', '1.5', '36501'],
  ERASURE_PERSISTENCE_HOURS: ['zq7', '-1', '87601'],
  CACHE_ENCRYPTION_KEYS: ['zq7', 'id:zq7', `id:${key},id:${key}`, `id:${key.slice(4)}`],
};
const cases = Object.entries(bad).flatMap(([name, values]) => values.map((value) => [name, value] as const));

function issuesOf(variables: Variables): readonly string[] {
  try {
    readEnv(variables);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.issues;
    throw error;
  }
  return [];
}

it.each([
  ['ERASURE_KEY', 'ERASURE_SIGNING_KEYS'],
  ['ERASURE_SIGNING_KEYS', 'ERASURE_KEY'],
])('%s without %s is refused', (_present, missing) => {
  const others = Object.entries(valid).filter(([name]) => name !== missing);
  expect(issuesOf(Object.fromEntries(others))).toEqual([expect.stringMatching(new RegExp(`^${missing}: `))]);
});

describe('a bad environment (F37)', () => {
  it.each(cases)('with %s=%j is refused, naming that variable alone and not its value', (name, value) => {
    const issues = issuesOf({ ...valid, [name]: value });
    expect(issues).toEqual([expect.stringMatching(new RegExp(`^${name}: .*must`))]);
    expect(issues.join()).not.toMatch(/zq7|٣|9999999999/);
  });

  it('is reported with all its issues at once', () => {
    const issues = issuesOf(Object.fromEntries(Object.entries(bad).map(([name, [value = '']]) => [name, value])));
    expect(issues.map((issue) => issue.split(':')[0]).sort()).toEqual(Object.keys(bad).sort());
    expect(issues.join()).not.toContain('zq7');
  });

  it('without any variable lacks each credential of one organisation and nothing else', () => {
    expect(issuesOf({}).map((issue) => issue.split(':')[0])).toEqual([
      'RESELLER_API_KEY', 'RESELLER_ACCESS_TOKEN', 'BILLING_API_KEY', 'BILLING_ORGANISATION',
    ]); // prettier-ignore
  });

  it('may not have both an access token and a client secret', () => {
    expect(issuesOf({ ...valid, RESELLER_ACCESS_TOKEN: 'zq7' })).toEqual([
      expect.stringMatching(/^RESELLER_ACCESS_TOKEN: not together with RESELLER_CLIENT_SECRET/),
    ]);
  });

  it('may not have a sweep without Redis', () => {
    expect(issuesOf({ ...sandboxVariables('http://localhost:9'), SWEEP_INTERVAL_HOURS: '24' })).toEqual([
      expect.stringMatching(/^SWEEP_INTERVAL_HOURS: needs REDIS_URL/),
    ]);
  });

  it('may not have a drain delay as long as the shutdown timeout', () => {
    expect(issuesOf({ ...valid, DRAIN_DELAY_MS: '2000', SHUTDOWN_TIMEOUT_MS: '2000' })).toEqual([
      expect.stringMatching(/^DRAIN_DELAY_MS: must be less than SHUTDOWN_TIMEOUT_MS/),
    ]);
  });

  it.each(['none', 'jwt'])('may not name callers that AUTH_MODE=%s does not know', (AUTH_MODE) => {
    const jwt = { JWT_JWKS_URL: 'https://login.example.org/keys', JWT_ISSUER: 'login', JWT_AUDIENCE: 'profiles' };
    const all = { ...valid, AUTH_MODE, ...(AUTH_MODE === 'jwt' ? jwt : {}) };
    for (const [name, value] of [
      ['API_KEYS', `shop:${'x'.repeat(16)}`],
      ['CALLERS_FILE', '/etc/callers.json'],
    ] as const)
      // prettier-ignore
      expect(issuesOf({ ...all, [name]: value })).toEqual([`${name}: must be absent unless AUTH_MODE is api-key`]);
  });

  it.each([
    ['api-key', ['API_KEYS']],
    ['jwt', ['JWT_JWKS_URL', 'JWT_ISSUER', 'JWT_AUDIENCE']],
  ])('with AUTH_MODE=%s lacks %j until they are set', (AUTH_MODE, lacking) => {
    expect(issuesOf({ ...valid, AUTH_MODE }).map((issue) => issue.split(':')[0])).toEqual(lacking);
  });
});

describe('a good environment', () => {
  it('may have spaces around a value, and an empty variable counts as not set', () => {
    const config = new Config(readEnv({ ...valid, PORT: ' 8080 ', HOST: '', LOG_LEVEL: '  ' }));
    expect(config).toMatchObject({ http: { port: 8080, host: '0.0.0.0' }, logLevel: 'info' });
  });

  it('becomes a frozen configuration', () => {
    const config = new Config(readEnv(valid));
    expect(() => Object.assign(config.http, { port: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config, { requestBudgetMs: 1 })).toThrow(TypeError);
  });
});

import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { readCertificates, readClientCertificate, readPrivateKey } from '../certificates.ts';
import { readTextFile } from '../read-text-file.ts';
import { readRedisAddress } from '../redis-address.ts';
import { documentedVariables, type Env, envOf, VARIABLE_GROUPS } from './env.ts';
import { EnvironmentError } from './environment-error.ts';
import { type VariableGroup, variablesOf } from './variable.ts';

type Variables = Readonly<Record<string, string | undefined>>;

const MAX_SECRET_BYTES = 65_536;

/**
 * Reads the environment. An empty variable counts as not set. A secret may also be in the file that `NAME_FILE` names.
 * @throws EnvironmentError that names every invalid variable
 */
export function readEnv(variables: Variables): Env {
  const { given, fileIssues } = givenValues(variables);
  const groups = VARIABLE_GROUPS.map((Group) => groupOf(Group, given));
  // A variable whose file cannot be used already has its issue.
  const errors = groups.flatMap((group) => validateSync(group)).filter(({ property }) => !fileIssues.has(property));
  const env = envOf(groups);
  const issues = [
    ...fileIssues.values(),
    ...errors.map(
      (error) =>
        `${error.property}: ${Object.values(error.constraints ?? {})
          .join('; ')
          .replaceAll(`${error.property} `, '')}`,
    ),
    ...combinationIssues(env, new Set(errors.map(({ property }) => property))),
    ...redisIssues(env),
    ...timeIssues(env),
  ];
  if (issues.length > 0) throw new EnvironmentError(issues);
  return env;
}

/** One group: the given variables, and the defaults of the others. */
function groupOf(Group: VariableGroup, given: Readonly<Record<string, string>>): object {
  const own = variablesOf(Group).flatMap(({ name }) => (name in given ? [[name, given[name]] as const] : []));
  return plainToInstance(Group, Object.fromEntries(own), { exposeDefaultValues: true });
}

interface GivenValues {
  /** By variable; unset ones are absent. */
  readonly given: Readonly<Record<string, string>>;
  /** By variable: why its file cannot be used. */
  readonly fileIssues: ReadonlyMap<string, string>;
}

function givenValues(variables: Variables): GivenValues {
  const given: Record<string, string> = {};
  const fileIssues = new Map<string, string>();
  for (const { name, secret } of documentedVariables()) {
    const value = variables[name]?.trim();
    if (value !== undefined && value !== '') given[name] = value;
    const path = secret ? variables[`${name}_FILE`]?.trim() : undefined;
    if (path === undefined || path === '') continue;
    const content = name in given ? null : contentOf(`${name}_FILE`, path);
    if (content) given[name] = content;
    else
      fileIssues.set(
        name,
        `${name}_FILE: ${name in given ? `not together with ${name}` : 'cannot be read, or is empty'}`,
      );
  }
  return { given, fileIssues };
}

/** @param wrong the variables that already have an issue */
function combinationIssues(env: Env, wrong: ReadonlySet<string>): string[] {
  const issues: string[] = [];
  if (env.RESELLER_ACCESS_TOKEN !== undefined && env.RESELLER_CLIENT_SECRET !== undefined)
    issues.push('RESELLER_ACCESS_TOKEN: not together with RESELLER_CLIENT_SECRET; set one of the two');
  if (env.UPSTREAM_NO_PROXY !== undefined && env.UPSTREAM_PROXY_URL === undefined && !wrong.has('UPSTREAM_NO_PROXY'))
    issues.push('UPSTREAM_NO_PROXY: needs UPSTREAM_PROXY_URL');
  if (env.MANAGEMENT_PORT !== undefined && env.MANAGEMENT_PORT === env.PORT && env.PORT !== 0)
    issues.push('MANAGEMENT_PORT: must be another port than PORT');
  if (isNumber(env.OTEL_BSP_MAX_EXPORT_BATCH_SIZE) && env.OTEL_BSP_MAX_EXPORT_BATCH_SIZE > env.OTEL_BSP_MAX_QUEUE_SIZE)
    issues.push('OTEL_BSP_MAX_EXPORT_BATCH_SIZE: must not be more than OTEL_BSP_MAX_QUEUE_SIZE');
  if (env.CALLER_BURST !== undefined && env.CALLER_REQUESTS_PER_SECOND === undefined)
    issues.push('CALLER_BURST: needs CALLER_REQUESTS_PER_SECOND');
  if (env.SWEEP_INTERVAL_HOURS !== undefined && env.REDIS_URL === undefined)
    issues.push('SWEEP_INTERVAL_HOURS: needs REDIS_URL');
  return issues;
}

function redisIssues(env: Env): string[] {
  const issues: string[] = [];
  // An address that cannot be read already has its issue.
  const redis = env.REDIS_URL === undefined ? undefined : readRedisAddress(env.REDIS_URL);
  for (const name of ['REDIS_CA_FILE', 'REDIS_CERT_FILE', 'REDIS_KEY_FILE'] as const)
    if (env[name] !== undefined && redis !== null && redis?.tls !== true)
      issues.push(`${name}: needs a REDIS_URL that uses TLS (rediss)`);
  issues.push(...clientCertificateIssues(env));
  if (env.REDIS_SENTINEL_PASSWORD !== undefined && redis !== null && redis?.mode !== 'sentinel')
    issues.push('REDIS_SENTINEL_PASSWORD: needs a REDIS_URL that names sentinels');
  return issues;
}

function timeIssues({ DRAIN_DELAY_MS: drainDelayMs, SHUTDOWN_TIMEOUT_MS: timeoutMs }: Env): string[] {
  return isNumber(drainDelayMs) && isNumber(timeoutMs) && drainDelayMs >= timeoutMs
    ? ['DRAIN_DELAY_MS: must be less than SHUTDOWN_TIMEOUT_MS, which ends requests in progress']
    : [];
}

/** The content without surrounding whitespace; null: it cannot be used. */
function contentOf(variable: string, path: string): string | null {
  try {
    return readTextFile(variable, path, MAX_SECRET_BYTES).trim();
  } catch {
    return null;
  }
}

function clientCertificateIssues({ REDIS_CERT_FILE: certFile, REDIS_KEY_FILE: keyFile }: Env): string[] {
  if (certFile === undefined && keyFile === undefined) return [];
  if (certFile === undefined) return ['REDIS_CERT_FILE: must be set together with REDIS_KEY_FILE'];
  if (keyFile === undefined) return ['REDIS_KEY_FILE: must be set together with REDIS_CERT_FILE'];
  // A file that cannot be used already has its issue.
  if (readCertificates(certFile) === null || readPrivateKey(keyFile) === null) return [];
  return readClientCertificate({ certFile, keyFile })
    ? []
    : ['REDIS_KEY_FILE: must be the key of the first certificate in REDIS_CERT_FILE'];
}

const isNumber = (value: unknown): boolean => typeof value === 'number';

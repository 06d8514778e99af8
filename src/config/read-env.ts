import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { readCertificates, readClientCertificate, readPrivateKey } from './certificates.ts';
import { Env } from './env.ts';
import { readRedisAddress } from './redis-address.ts';
import { documentedVariables } from './variable.ts';

/** The issues of the environment: one line for each variable, with its name and the rule, never its value. */
export class EnvironmentError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The environment is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/**
 * The environment, read once and whole. An empty variable counts as not set.
 * @throws EnvironmentError naming every wrong variable at once
 */
export function readEnv(variables: Readonly<Record<string, string | undefined>>): Env {
  const given: Record<string, string> = {};
  for (const { name } of documentedVariables()) {
    const value = variables[name]?.trim();
    if (value !== undefined && value !== '') given[name] = value;
  }
  const env = plainToInstance(Env, given, { exposeDefaultValues: true });
  const problems = validateSync(env).map(
    (error) =>
      `${error.property}: ${Object.values(error.constraints ?? {})
        .join('; ')
        .replaceAll(`${error.property} `, '')}`,
  );
  if (env.RESELLER_ACCESS_TOKEN !== undefined && env.RESELLER_CLIENT_SECRET !== undefined)
    problems.push('RESELLER_ACCESS_TOKEN: not together with RESELLER_CLIENT_SECRET; set one of the two');
  const hasIssue = problems.some((problem) => problem.startsWith('OUTBOUND_PROXY_EXCEPTIONS:'));
  if (env.OUTBOUND_PROXY_EXCEPTIONS !== undefined && env.OUTBOUND_PROXY_URL === undefined && !hasIssue)
    problems.push('OUTBOUND_PROXY_EXCEPTIONS: must go with OUTBOUND_PROXY_URL');
  // An address that cannot be read has its issue already.
  const redis = env.REDIS_URL === undefined ? undefined : readRedisAddress(env.REDIS_URL);
  for (const name of ['REDIS_CA_FILE', 'REDIS_CERT_FILE', 'REDIS_KEY_FILE'] as const)
    if (env[name] !== undefined && redis !== null && redis?.tls !== true)
      problems.push(`${name}: must go with a REDIS_URL that uses TLS (rediss)`);
  problems.push(...clientCertificateProblems(env));
  if (env.REDIS_SENTINEL_PASSWORD !== undefined && redis !== null && redis?.mode !== 'sentinel')
    problems.push('REDIS_SENTINEL_PASSWORD: must go with a REDIS_URL that names sentinels');
  if (
    isNumber(env.DRAIN_DELAY_MS) &&
    isNumber(env.SHUTDOWN_TIMEOUT_MS) &&
    env.DRAIN_DELAY_MS >= env.SHUTDOWN_TIMEOUT_MS
  )
    problems.push('DRAIN_DELAY_MS: must be less than SHUTDOWN_TIMEOUT_MS, which ends requests in progress');
  if (problems.length > 0) throw new EnvironmentError(problems);
  return env;
}

function clientCertificateProblems({ REDIS_CERT_FILE: certFile, REDIS_KEY_FILE: keyFile }: Env): string[] {
  if (certFile === undefined && keyFile === undefined) return [];
  if (certFile === undefined) return ['REDIS_CERT_FILE: must be set together with REDIS_KEY_FILE'];
  if (keyFile === undefined) return ['REDIS_KEY_FILE: must be set together with REDIS_CERT_FILE'];
  // A file that cannot be used has its issue already.
  if (readCertificates(certFile) === null || readPrivateKey(keyFile) === null) return [];
  return readClientCertificate({ certFile, keyFile })
    ? []
    : ['REDIS_KEY_FILE: must be the key of the first certificate in REDIS_CERT_FILE'];
}

const isNumber = (value: unknown): boolean => typeof value === 'number';

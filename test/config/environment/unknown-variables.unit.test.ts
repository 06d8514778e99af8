import { describe, expect, it } from '@jest/globals';
import { documentedVariables } from '../../../src/config/environment/env.ts';
import { unknownVariables } from '../../../src/config/environment/unknown-variables.ts';

describe('a variable that looks like ours and is not (A12)', () => {
  it.each([
    ['CACHE_FRESH_SECOND', 'CACHE_FRESH_SECONDS'],
    ['RESELER_API_KEY', 'RESELLER_API_KEY'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['REDIS_UR', 'REDIS_URL'],
    ['BILLING_KEY', 'BILLING_API_KEY'],
    ['BILLING_API_KEY_FIEL', 'BILLING_API_KEY_FILE'],
    ['MANAGMENT_PORT', 'MANAGEMENT_PORT'],
    ['management_port', 'MANAGEMENT_PORT'],
    ['DRAIN_DELAY', 'DRAIN_DELAY_MS'],
    ['SHUTDOWN_TIMEOUT_SECONDS', 'SHUTDOWN_TIMEOUT_MS'],
    ['REDIS_PORT', 'REDIS_URL'],
    ['CACHE_NOTHING_OF_THE_KIND_AT_ALL', null],
  ])('%s is told, with the nearest one: %s', (name, nearest) => {
    expect(unknownVariables({ [name]: 'zq7' })).toEqual([{ name, nearest }]);
  });

  it.each([
    'PATH',
    'HOME',
    'LANG',
    'HOSTNAME',
    'NODE_ENV',
    'NODE_OPTIONS',
    'HTTPS_PROXY',
    'REDIS_SERVICE_HOST',
    'REDIS_SERVICE_PORT',
    'REDIS_SERVICE_PORT_TCP_REDIS',
    'REDIS_PORT_6379_TCP_ADDR',
    'OTEL_SERVICE_NAME',
    'API_KEYS_FILE',
  ])('%s is none', (name) => {
    expect(unknownVariables({ [name]: 'zq7' })).toEqual([]);
  });

  it('the address that Kubernetes sets for a service is none', () => {
    expect(unknownVariables({ REDIS_PORT: 'tcp://10.96.0.7:6379' })).toEqual([]);
  });

  it('none of ours is', () => {
    const ours = Object.fromEntries(documentedVariables().map(({ name }) => [name, 'zq7']));
    expect(unknownVariables(ours)).toEqual([]);
  });
});

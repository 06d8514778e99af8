import { type DependencyReport } from '../../../client/src/index.ts';
import { listOf, nameOf } from './names.ts';
import { clockTime } from './times.ts';

const FEW_CALLS_LEFT = 50;

/** What is wrong now, one sentence each; empty: this process has seen nothing wrong. */
export function troublesOf(report: DependencyReport, now: number): readonly string[] {
  const { redis, upstreams, callersFile, organisationsFile } = report;
  return [
    ...ofRedis(redis, now),
    ...upstreams.flatMap(ofUpstream),
    ...ofFile('callers', callersFile),
    ...ofFile('organisations', organisationsFile),
  ];
}

const ofFile = (what: string, file: DependencyReport['callersFile']): readonly string[] =>
  file?.refused ? [`${what.toUpperCase()}_FILE cannot be used as it is now: the ${what} of before stay in force.`] : [];

function ofRedis(redis: DependencyReport['redis'], now: number): readonly string[] {
  const { state, errorCode, refusals, nodesAway, missingPermissions, subscribed, breaker } = redis;
  const code = errorCode === null ? '' : ` (${errorCode})`;
  if (state === 'unreachable') return [`Redis cannot be reached${code}: stored links and shared copies are missing.`];
  if (state === 'refused') return [`Redis refuses the service${code}: stored links and shared copies are missing.`];
  if (state !== 'ready') return [];
  return [
    ...(breaker === 'closed' ? [] : ['Redis answers too slowly or not at all, and is spared for the moment.']),
    ...(nodesAway.length === 0 ? [] : [`Primaries of the Redis Cluster are away: ${listOf(nodesAway)}.`]),
    ...refusals.map(({ reply, operations, since }) => `Redis refuses ${listOf(operations)} since ${clockTime(since, now)} (${reply}).`),
    ...(missingPermissions.length === 0 ? [] : [`Redis does not grant ${listOf(missingPermissions)}.`]),
    ...(redis.linksMayBeEvicted === true ? [`Redis may evict stored links: its policy is ${redis.evictionPolicy ?? 'not known'}.`] : []),
    ...(subscribed ? [] : ['This process does not hear from the others, and asks Redis before it uses its copies.']),
  ]; // prettier-ignore
}

const UPSTREAMS: Readonly<Record<string, string>> = {
  reseller: 'The reseller customers API',
  billing: 'The billing connectors API',
  'reseller-token': 'The token issuer of the reseller customers API',
  'identity-provider': 'The issuer of callers’ tokens',
};

const OPERATIONS: Readonly<Record<string, string>> = {
  get_customer: 'customers',
  find_customer: 'billing customers',
  issue_token: 'tokens',
};

function ofUpstream({ upstream, breaker, openBreakers, quotaLeft }: DependencyReport['upstreams'][number]): string[] {
  const name = UPSTREAMS[upstream] ?? upstream;
  const operations = openBreakers.map(
    (operation) => OPERATIONS[operation] ?? nameOf(operation.replace('get_connector_', '')),
  );
  const which = operations.length === 0 ? '' : ` (${listOf(operations, 6)})`;
  const stopped = breaker === 'open' ? 'nearly all calls fail, so none are made for the moment.' : 'nearly all calls failed; it is being tried again.'; // prettier-ignore
  return [
    ...(breaker === 'closed' ? [] : [`${name}${which}: ${stopped}`]),
    ...(quotaLeft === null || quotaLeft >= FEW_CALLS_LEFT
      ? []
      : [`${name}: ${quotaLeft} calls are left in the quota of five seconds.`]),
  ];
}

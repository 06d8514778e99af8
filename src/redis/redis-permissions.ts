import { type Redis } from 'ioredis';
import { isReply, isUnsupported } from './redis-errors.ts';

interface Step {
  readonly command: readonly [name: string, ...args: string[]];
  /** The subject of the command, in the words of the report. */
  readonly subject: string;
}

/** A key name that cannot collide with real data. */
const NAME = '{rights-probe}';
const HASHES = ['customer-profiles:', 'customer-links:', 'customer-changes:', 'customer-erasures:', 'upstream-quota:'];
const SORTED_SETS = [
  'customer-links:',
  'customer-index:',
  'customer-changes:',
  'customer-erasures:',
  'customer-invalidations:',
];
const TEXTS = ['upstream-cooldown:', 'reseller-token:'];

const OF_A_HASH = 'hset K f 1|hmget K f|hkeys K|hget K f|hgetall K|hexists K f|hlen K|hincrby K f 1|hdel K f';
const OF_A_SORTED_SET =
  'zadd K 0 f|zrange K 0 -1|zrangebylex K - +|zrem K f|zscore K f|zremrangebyrank K 0 0|zremrangebyscore K 0 0|zrangebyscore K 0 0|zcard K|pttl K';
const OF_A_TEXT = 'set K 1 PX 1000|get K|incr K|pttl K';
const OF_ANY_KEY = 'type K|pexpire K 1000|eval return+1 1 K|del K';

/**
 * Finds the commands, keys and channels of the service that this user may not use. It tries each of them on meaningless
 * keys, in a transaction that it discards, so it changes and publishes nothing.
 * @param redis a connection that is used for nothing else afterwards
 * @param channels the channels to which the service subscribes and publishes
 * @param keyPrefix the prefix that the client puts before each key
 * @param scans whether the service scans all keys
 * @returns names of commands, `keys <prefix>*` and `channel <name>`; empty: nothing is missing
 */
export async function missingPermissions(
  redis: Redis,
  channels: readonly string[],
  keyPrefix: string,
  scans: boolean,
): Promise<readonly string[]> {
  const missing = new Set<string>();
  const attempt = async ({ command, subject }: Step): Promise<void> => {
    const [name, ...args] = command;
    const refusal = await redis.call(name, ...args).then(() => '', messageOf);
    // A server, or a proxy before it, may lack a command altogether.
    if (isUnsupported(refusal)) missing.add(name);
    // EXEC wraps the refusal in an error of its own.
    else if (refusal.includes('NOPERM')) missing.add(/'([\w|]+)' command/.exec(refusal)?.[1]?.toLowerCase() ?? subject);
  };
  await attempt({ command: ['multi'], subject: '' });
  const steps = [
    ...HASHES.flatMap((name) => stepsOn(name, keyPrefix, `${OF_A_HASH}|${OF_ANY_KEY}`)),
    ...SORTED_SETS.flatMap((name) => stepsOn(name, keyPrefix, `${OF_A_SORTED_SET}|${OF_ANY_KEY}`)),
    ...TEXTS.flatMap((name) => stepsOn(name, keyPrefix, `${OF_A_TEXT}|${OF_ANY_KEY}`)),
    { command: ['time'], subject: '' } as const,
    ...(scans ? [{ command: ['scan', '0'], subject: '' } as const] : []),
    ...channels.map((channel) => ({ command: ['publish', channel, ''], subject: `channel ${channel}` }) as const),
  ];
  await Promise.all(steps.map(attempt));
  await attempt({ command: ['discard'], subject: '' });
  await attempt({ command: ['exec'], subject: '' });
  for (const channel of channels) await attempt({ command: ['subscribe', channel], subject: `channel ${channel}` });
  return [...missing].sort();
}

function stepsOn(keys: string, keyPrefix: string, commands: string): Step[] {
  return commands.split('|').map((text) => {
    const [name = '', ...args] = text
      .split(' ')
      .map((word) => word.replace('return+1', 'return 1').replace(/^K$/, keys + NAME));
    return { command: [name, ...args], subject: `keys ${keyPrefix}${keys}*` };
  });
}

/** @throws any error that is not a reply of Redis */
function messageOf(error: unknown): string {
  if (isReply(error)) return error.message;
  throw error;
}

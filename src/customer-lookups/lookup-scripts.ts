import { refuseErased } from '../tombstones/refuse-erased.ts';

/**
 * Adds a profile to an index, which keeps only the profiles written last, and none written too long ago to be used.
 * KEYS: the index. ARGV: now, the profile, its lifetime in ms, the maximum number of profiles, the longest lifetime of a
 * profile in ms.
 */
export const INDEX_PROFILE = `
local key = KEYS[1]
local type = redis.call('TYPE', key).ok
if type ~= 'zset' and type ~= 'none' then redis.call('DEL', key) end
redis.call('ZREMRANGEBYSCORE', key, '-inf', tonumber(ARGV[1]) - tonumber(ARGV[5]))
redis.call('ZADD', key, ARGV[1], ARGV[2])
redis.call('ZREMRANGEBYRANK', key, 0, -1 - tonumber(ARGV[4]))
if redis.call('PTTL', key) < tonumber(ARGV[3]) then redis.call('PEXPIRE', key, ARGV[3]) end
return 1
`;

/** Removes a profile from an index, unless it was added again. KEYS: the index. ARGV: the profile, when it was added. */
export const DROP_INDEXED = `
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
`;

/**
 * Notes in which indexes a customer is about to be named, so that its erasure finds them, unless it was erased. The notes
 * have no expiry, because `volatile-*` policies would evict them while the index stays; the next note of the customer
 * removes those whose time is over.
 * KEYS: the notes, a sorted set of digests by their end, in the customer's slot; the tombstone. ARGV: now, lifetime in ms,
 * the digests.
 */
export const NOTE_INDEXES = `${refuseErased(2, 'ARGV[1]')}
local key, now, lifetimeMs = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local type = redis.call('TYPE', key).ok
if type ~= 'zset' and type ~= 'none' then redis.call('DEL', key) end
redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
for i = 3, #ARGV do redis.call('ZADD', key, string.format('%d', now + lifetimeMs), ARGV[i]) end
return { 'noted' }
`;

/** Removes a customer from an index, with every billing customer. KEYS: the index. ARGV: the customer. Returns how many entries. */
export const REMOVE_CUSTOMER = `
local removed = 0
if redis.call('TYPE', KEYS[1]).ok ~= 'zset' then return removed end
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if string.match(member, '^[^ ]*') == ARGV[1] then removed = removed + redis.call('ZREM', KEYS[1], member) end
end
return removed
`;

/**
 * A customer's entries are one hash: a field a variant, and `generation`, which every invalidation counts up. A refresh
 * that began before an invalidation carries the old generation and is refused here, in the same step that writes.
 * Nothing may be deleted before the first write without need: a full Redis takes all writes of a script after its first.
 * KEYS: the hash. ARGV: generation read before the refresh, variant, value, lifetime in ms, most variants, '1' to drop the others.
 */
export const WRITE_ENTRY = `
local key, generation, variant = KEYS[1], ARGV[1], ARGV[2]
local type = redis.call('TYPE', key).ok
if type ~= 'hash' and type ~= 'none' then redis.call('DEL', key) end
if (redis.call('HGET', key, 'generation') or '0') ~= generation then return 0 end
local isNew = redis.call('HEXISTS', key, variant) == 0
if ARGV[6] == '1' or (isNew and redis.call('HLEN', key) > tonumber(ARGV[5])) then
  redis.call('DEL', key)
  redis.call('HSET', key, 'generation', generation)
end
redis.call('HSET', key, variant, ARGV[3])
if redis.call('PTTL', key) < tonumber(ARGV[4]) then redis.call('PEXPIRE', key, ARGV[4]) end
return 1
`;

/** Forgets every variant and counts the generation up; it is kept as long as a refresh may still be under way. ARGV: that time in ms. */
export const FORGET_ENTRIES = `
local isHash = redis.call('TYPE', KEYS[1]).ok == 'hash'
local generation = isHash and redis.call('HGET', KEYS[1], 'generation') or '0'
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'generation', tonumber(generation) + 1)
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
`;

/**
 * A customer's entries are one hash: a field a variant, `generation`, which every invalidation counts up, and `version`,
 * which every write makes another. A write that began before an invalidation carries the old generation and is refused, in
 * the same step that would write. One that began before another write is told what that one wrote, to join the two.
 * One whose lease has ended, and after which another was taken, may have slept meanwhile and is refused; beside leases on
 * other sources that are held at the same time it is not.
 * Nothing may be deleted before the first write without need: a full Redis takes all writes of a script after its first.
 * KEYS: the hash, the fence, the lease. ARGV: generation and version read before, fencing number ('' without a lease), variant,
 * value, lifetime in ms, most variants, the lease's owner, the new version. Returns the outcome: written, forgotten, fenced or changed.
 */
export const WRITE_ENTRY = `
local key, generation, version, fence, variant = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local type = redis.call('TYPE', key).ok
if type ~= 'hash' and type ~= 'none' then redis.call('DEL', key) end
local present = redis.call('HMGET', key, 'generation', 'version')
if (present[1] or '0') ~= generation then return 'forgotten' end
if fence ~= '' and redis.call('GET', KEYS[2]) ~= fence and redis.call('GET', KEYS[3]) ~= ARGV[8] then return 'fenced' end
if (present[2] or '0') ~= version then return 'changed' end
local isNew = redis.call('HEXISTS', key, variant) == 0
if isNew and redis.call('HLEN', key) > tonumber(ARGV[7]) + 1 then
  redis.call('DEL', key)
  redis.call('HSET', key, 'generation', generation)
end
redis.call('HSET', key, variant, ARGV[5], 'version', ARGV[9])
if redis.call('PTTL', key) < tonumber(ARGV[6]) then redis.call('PEXPIRE', key, ARGV[6]) end
return 'written'
`;

/**
 * Forgets every variant, counts the generation up and tells every process. The generation is kept as long as a copy of
 * what it ends may be of use anywhere.
 * KEYS: the hash, the fence, the lease. ARGV: that time in ms, channel, message; if one entry takes the place of all, also
 * its variant, its value, the generation read before, the fencing number ('' without a lease), the lease's owner
 * and the version. Returns the generation; '' when another one was found, or the lease does not allow it, as above.
 */
export const FORGET_ENTRIES = `
local key, keptMs = KEYS[1], ARGV[1]
local isHash = redis.call('TYPE', key).ok == 'hash'
local generation = isHash and redis.call('HGET', key, 'generation') or '0'
if ARGV[4] and generation ~= ARGV[6] then return '' end
local isLate = ARGV[4] and ARGV[7] ~= '' and redis.call('GET', KEYS[2]) ~= ARGV[7]
if isLate and redis.call('GET', KEYS[3]) ~= ARGV[8] then return '' end
local counted = tostring(tonumber(generation) + 1)
redis.call('DEL', key)
redis.call('HSET', key, 'generation', counted)
if ARGV[4] then redis.call('HSET', key, ARGV[4], ARGV[5], 'version', ARGV[9]) end
redis.call('PEXPIRE', key, keptMs)
redis.pcall('PUBLISH', ARGV[2], ARGV[3])
return counted
`;

/**
 * Takes the lease on a refresh if nobody holds it.
 * KEYS: lease, fence, hash. ARGV: owner, lease in ms, life of the fence in ms.
 * Returns 1, the fencing number, generation and version as they are now; or 0 and the ms the holder has left.
 */
export const TAKE_LEASE = `
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  local fence = redis.call('INCR', KEYS[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[3])
  local type = redis.call('TYPE', KEYS[3]).ok
  local present = type == 'hash' and redis.call('HMGET', KEYS[3], 'generation', 'version') or {}
  return { 1, tostring(fence), present[1] or '0', present[2] or '0' }
end
return { 0, redis.call('PTTL', KEYS[1]) }
`;

/** KEYS: lease. ARGV: owner, lease in ms. */
export const RENEW_LEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

/** Gives the lease back and tells who waits for it. KEYS: lease. ARGV: owner, channel, message. */
export const END_LEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.pcall('PUBLISH', ARGV[2], ARGV[3])
return 1
`;

/**
 * A tombstone is a hash without expiry: `until`, its end in epoch ms; `state`, `in_progress` or `completed`; `requestId`,
 * the request that came last; by request `request:<id>` (when it came, and from whom), `removed:<id>:<kind>` while it is in
 * progress, and `receipt:<id>`, which does not name the customer; `liftedAt`. Next to it is the list of entries to remove
 * in other slots: a sorted set of `link <billing customer>` and `index <name>`.
 */

/** Maximum number of receipts that are stored for one customer. */
const MAX_RECEIPTS = 16;

/** Removes keys of another type, which this service has not written: with them no erasure would succeed. */
const DROP_OTHERS = `
local function dropOthers(kind, ...)
  for _, key in ipairs({ ... }) do
    local found = redis.call('TYPE', key).ok
    if found ~= kind and found ~= 'none' then redis.call('DEL', key) end
  end
end
`;

/** The first commands of a script. A full Redis permits them because they take no memory, and then permits the rest of the script. */
const PERMITTED = `${DROP_OTHERS}
dropOthers('hash', KEYS[1])
redis.call('HDEL', KEYS[1], '-')
`;

/** Notes when a tombstone ends. KEYS: the sorted set of ends. ARGV: the end, the tombstone. */
export const NOTE_END = `${DROP_OTHERS}
dropOthers('zset', KEYS[1])
redis.call('ZREM', KEYS[1], '-')
return redis.call('ZADD', KEYS[1], 'GT', ARGV[1], ARGV[2])
`;

/** KEYS: the sorted set of ends. ARGV: now, how many at most. Returns the tombstones that have ended, each with its end. */
export const READ_ENDED = `${DROP_OTHERS}
dropOthers('zset', KEYS[1])
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
`;

/**
 * Notes that a process is alive.
 * KEYS: the processes by the time of their last beat. ARGV: now, the process, the time before which others are forgotten,
 * and the time before which they count as lost. Returns the lost ones, each with its last beat.
 */
export const BEAT = `${DROP_OTHERS}
dropOthers('zset', KEYS[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
return redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[3], ARGV[4], 'WITHSCORES')
`;

/**
 * Writes the tombstone, or a later end, and removes in the same step everything in the customer's slot. After that no
 * script writes for the customer. It is safe to repeat.
 * KEYS: the tombstone, the list of entries to be removed, the hash of the profile, the marks of the change feed, the link,
 * the notes of indexes, and hashes of earlier formats. ARGV: now, the end, the request ('' for the one in progress, or a
 * new one), a new request, the origin of the request, channel, message.
 * Returns `completed` and the receipt of this request; or `in_progress`, the request, its origin, the end, 1 when the
 * processes were notified, how many things were removed by kind, and the entries to be removed.
 */
export const BEGIN_ERASURE = `${PERMITTED}
local tombstone, open, profile, marks, link, notes = unpack(KEYS)
dropOthers('zset', open)
local now, asked = tonumber(ARGV[1]), ARGV[3]
local function get(field) return redis.call('HGET', tombstone, field) end
local isInForce = tonumber(get('until') or 0) > now
if not isInForce then redis.call('DEL', tombstone, open) end
local receipt = get('receipt:' .. asked)
if receipt then return { 'completed', receipt } end
local id = asked
if id == '' then id = get('state') == 'in_progress' and get('requestId') or ARGV[4] end
local function isOf(key, kind) return redis.call('TYPE', key).ok == kind end
local function count(kind, number) redis.call('HINCRBY', tombstone, 'removed:' .. id .. ':' .. kind, number) end
local function remove(entry) redis.call('ZADD', open, 0, entry) end

local untilThen = math.max(tonumber(ARGV[2]), tonumber(get('until') or 0))
redis.call('HSET', tombstone, 'until', string.format('%.0f', untilThen), 'state', 'in_progress', 'requestId', id)
if not get('request:' .. id) then redis.call('HSET', tombstone, 'request:' .. id, ARGV[5]) end
local parts, responses = 0, 0
for _, field in ipairs(isOf(profile, 'hash') and redis.call('HKEYS', profile) or {}) do
  local name = string.match(field, '/([^@]*)')
  if name == 'response' then responses = responses + 1 elseif name and name ~= 'linked' then parts = parts + 1 end
end
count('parts', parts)
count('responses', responses)
local billingCustomer = isOf(link, 'hash') and redis.call('HGET', link, 'billingCustomerId')
if billingCustomer then
  count('links', 1)
  remove('link ' .. billingCustomer)
end
local isRead, history = pcall(cjson.decode, isOf(link, 'hash') and redis.call('HGET', link, 'history') or '[]')
for _, earlier in ipairs(isRead and type(history) == 'table' and history or {}) do
  count('linkHistory', 1)
  if type(earlier) == 'table' and type(earlier.billingCustomerId) == 'string' then remove('link ' .. earlier.billingCustomerId) end
end
for _, name in ipairs(isOf(notes, 'zset') and redis.call('ZRANGE', notes, 0, -1) or {}) do remove('index ' .. name) end
redis.call('DEL', unpack(KEYS, 3))
local published = redis.pcall('PUBLISH', ARGV[6], ARGV[7])

local removed = {}
for _, field in ipairs(redis.call('HKEYS', tombstone)) do
  local kind = string.match(field, '^removed:' .. string.gsub(id, '-', '%%-') .. ':(.*)$')
  if kind then
    removed[#removed + 1] = kind
    removed[#removed + 1] = get(field)
  end
end
local isPublished = type(published) == 'number' and 1 or 0
return { 'in_progress', id, get('request:' .. id), get('until'), isPublished, removed, redis.call('ZRANGE', open, 0, -1) }
`;

/**
 * Counts the things that were removed elsewhere, for a request in progress.
 * KEYS: the tombstone. ARGV: the request; then kinds and numbers.
 */
export const COUNT_REMOVED = `${PERMITTED}
if not redis.call('HGET', KEYS[1], 'request:' .. ARGV[1]) then return 0 end
for at = 2, #ARGV, 2 do redis.call('HINCRBY', KEYS[1], 'removed:' .. ARGV[1] .. ':' .. ARGV[at], ARGV[at + 1]) end
return 1
`;

/**
 * Keeps the receipt of a request, and ends the erasure when no other request has begun one.
 * KEYS: the tombstone, the list of entries to be removed. ARGV: now, the request, the receipt.
 * Returns the receipt: the one that was kept first; false when the tombstone is gone, so that the erasure is to begin again.
 */
export const COMPLETE_ERASURE = `${PERMITTED}
local tombstone, open, id = KEYS[1], KEYS[2], ARGV[2]
if tonumber(redis.call('HGET', tombstone, 'until') or 0) <= tonumber(ARGV[1]) then return false end
local kept = redis.call('HGET', tombstone, 'receipt:' .. id)
if kept then return kept end
if not redis.call('HGET', tombstone, 'request:' .. id) then return false end
redis.call('HSET', tombstone, 'receipt:' .. id, ARGV[3])
local isLast = redis.call('HGET', tombstone, 'requestId') == id
if isLast then
  redis.call('HSET', tombstone, 'state', 'completed')
  redis.call('DEL', open)
end
local receipts = {}
for _, field in ipairs(redis.call('HKEYS', tombstone)) do
  if isLast and (string.match(field, '^request:') or string.match(field, '^removed:')) then redis.call('HDEL', tombstone, field) end
  if string.match(field, '^receipt:') and field ~= 'receipt:' .. id then
    local isRead, receipt = pcall(cjson.decode, redis.call('HGET', tombstone, field))
    receipts[#receipts + 1] = { field = field, at = isRead and type(receipt) == 'table' and tostring(receipt.erasedAt) or '' }
  end
end
table.sort(receipts, function(one, other) return one.at < other.at end)
for at = 1, #receipts - ${MAX_RECEIPTS - 1} do redis.call('HDEL', tombstone, receipts[at].field) end
return ARGV[3]
`;

/**
 * Permits the customer again. A new generation begins, so answers to earlier calls are not stored. The receipts stay until
 * the tombstone would have ended.
 * KEYS: the tombstone, the hash of the profile. ARGV: now, how long the generation is kept in ms.
 * Returns `lifted`; `in_progress` when the erasure is not complete; `none` when no tombstone is in force.
 */
export const LIFT_ERASURE = `${PERMITTED}
if tonumber(redis.call('HGET', KEYS[1], 'until') or 0) <= tonumber(ARGV[1]) then return 'none' end
dropOthers('hash', KEYS[2])
if redis.call('HGET', KEYS[1], 'state') ~= 'completed' then return 'in_progress' end
redis.call('HSET', KEYS[1], 'until', '0', 'liftedAt', ARGV[1])
redis.call('HSET', KEYS[2], 'generation', ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return 'lifted'
`;

/**
 * Removes a tombstone that has ended, with its receipts.
 * KEYS: the tombstone, the list of entries to be removed. ARGV: now. Returns the end when it is still to come, or '0'.
 */
export const REMOVE_ENDED = `${PERMITTED}
local untilThen = redis.call('HGET', KEYS[1], 'until') or '0'
if tonumber(untilThen) > tonumber(ARGV[1]) then return untilThen end
redis.call('DEL', KEYS[1], KEYS[2])
return '0'
`;

/** Removes a member unless its score has changed. KEYS: the sorted set. ARGV: the member, the score that was read. */
export const DROP_MEMBER = `
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or -1) ~= tonumber(ARGV[2]) then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
`;

/** The check of a number whose event was removed. No event ever gets the number again, unless Redis has lost data. */
export const HOLE = '00000000';

/**
 * The feed of an organisation: a hash with `epoch`, `sequence`, `trimmed`, the last number that was trimmed, and `policy`;
 * the events, a sorted set whose members are a number, a colon and JSON, with the number as the score; a sorted set with
 * one `digest:number` for each event, by which the events of a customer are found (`all:number` for those of every
 * customer); a hash with the last revision and number of each of these customers; the customers whose change a process was
 * about to mark, by the time; and the numbers of the events `erased`, by the time when they are removed.
 *
 * A feed that is missing, unreadable, or behind what this process has seen begins a new epoch. So does one of which Redis
 * has evicted or replaced a key: when the two sorted sets of events differ in number, an erasure would not find every event
 * of its customer; and the last two sets always have the member `*`, with the score inf, by which their loss shows.
 * KEYS: those six. ARGV: a new epoch; epoch, number and check of the newest event that this process has seen, '' when
 * unknown.
 */
const FEED = `
local feed, events, customers, revisions, pending, erasures = unpack(KEYS)
local newEpoch, seenEpoch, seenSequence, seenCheck = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local function text(number) return string.format('%.0f', number) end
local function eventAt(number) return redis.call('ZRANGEBYSCORE', events, number, number)[1] end
local function checkAt(number)
  local event = eventAt(number)
  return event and string.sub(redis.sha1hex(event), 1, 8) or '${HOLE}'
end
local function isOf(key, kind) return redis.call('TYPE', key).ok == kind end
local function isHere(key) return isOf(key, 'zset') and redis.call('ZSCORE', key, '*') end
local function countOf(key) return (isOf(key, 'zset') or isOf(key, 'none')) and redis.call('ZCARD', key) end
local state = isOf(feed, 'hash') and redis.call('HMGET', feed, 'epoch', 'sequence', 'trimmed') or {}
local count = countOf(events)
local isWhole = state[1] and tonumber(state[2]) and tonumber(state[3]) and count and count == countOf(customers)
if not (isWhole and isHere(pending) and isHere(erasures)) then
  redis.call('DEL', feed, events, customers, revisions, erasures)
  if not isOf(pending, 'zset') then redis.call('DEL', pending) end
  state = { newEpoch, '0', '0' }
  redis.call('HSET', feed, 'epoch', newEpoch, 'sequence', '0', 'trimmed', '0')
  redis.call('ZADD', pending, 'inf', '*')
  redis.call('ZADD', erasures, 'inf', '*')
end
if not isOf(revisions, 'hash') then redis.call('DEL', revisions) end
local epoch, sequence, trimmed = state[1], tonumber(state[2]), tonumber(state[3])
if epoch == seenEpoch then
  local check = seenCheck ~= '' and checkAt(seenSequence)
  if sequence < seenSequence or (check and check ~= '${HOLE}' and check ~= seenCheck) then
    epoch, sequence = newEpoch, math.max(sequence, seenSequence)
    redis.call('HSET', feed, 'epoch', epoch, 'sequence', text(sequence))
  end
end
`;

const APPENDING = `${FEED}
local function append(digest, event)
  sequence = sequence + 1
  redis.call('ZADD', events, text(sequence), text(sequence) .. ':' .. event)
  redis.call('ZADD', customers, 0, digest .. ':' .. text(sequence))
  redis.call('HSET', feed, 'sequence', text(sequence))
end
local function digestOf(member)
  local isRead, event = pcall(cjson.decode, string.match(member, '^%d+:(.*)$'))
  local customerId = isRead and type(event) == 'table' and event.customerId
  return type(customerId) == 'string' and redis.sha1hex(customerId) or 'all'
end
local function trim(kept)
  local excess = math.min(redis.call('ZCARD', events) - kept, 500)
  if excess <= 0 then return end
  for _, member in ipairs(redis.call('ZRANGE', events, 0, excess - 1)) do
    local number, digest = string.match(member, '^%d+'), digestOf(member)
    trimmed = tonumber(number)
    redis.call('ZREM', customers, digest .. ':' .. number)
    redis.call('ZREM', erasures, number)
    if string.match(redis.call('HGET', revisions, digest) or '', '|(%d+)$') == number then redis.call('HDEL', revisions, digest) end
  end
  redis.call('ZREMRANGEBYRANK', events, 0, excess - 1)
  redis.call('HSET', feed, 'trimmed', text(trimmed))
end
-- Removes an event of an erasure; the customer is permitted again.
local function endErasure(number)
  local member = eventAt(number)
  local digest = member and digestOf(member)
  if digest then
    redis.call('ZREM', customers, digest .. ':' .. number)
    if redis.call('HGET', revisions, digest) == 'erased|' .. number then redis.call('HDEL', revisions, digest) end
  end
  redis.call('ZREMRANGEBYSCORE', events, number, number)
  redis.call('ZREM', erasures, number)
end
local function answer(count) return { epoch, text(sequence), text(trimmed), checkAt(sequence), count } end
`;

/** Whether an event `erased` is in force: it is removed some time after its end. */
const IS_IN_FORCE = `
local function isInForce(key, number, now) return (tonumber(redis.call('ZSCORE', key, number)) or math.huge) > tonumber(now) end
`;

/**
 * Appends a customer's marked changes, unless they were appended before or the customer is erased. ARGV: those of FEED, how
 * many events are kept, channel, message, SHA-1 of the customer, the customer, when the process was about to note the
 * change ('' to leave the entry), now; then for each change its revision and JSON, in their order.
 * Returns epoch, last number, last number trimmed, the check of the event with the last number, how many were appended.
 */
export const APPEND_CHANGES = `${APPENDING}${IS_IN_FORCE}
local digest, appended = ARGV[8], 0
local latest, last = string.match(redis.call('HGET', revisions, digest) or '0|0', '^(%w+)|(%d+)$')
if latest == 'erased' and #ARGV > 11 and not isInForce(erasures, last, ARGV[11]) then
  endErasure(last)
  latest = '0'
end
if latest ~= 'erased' then
  for at = 12, #ARGV, 2 do
    if tonumber(ARGV[at]) > tonumber(latest) then
      append(digest, ARGV[at + 1])
      appended, latest, last = appended + 1, ARGV[at], text(sequence)
    end
  end
end
if appended > 0 then
  redis.call('HSET', revisions, digest, latest .. '|' .. last)
  trim(tonumber(ARGV[5]))
  redis.pcall('PUBLISH', ARGV[6], ARGV[7])
end
if ARGV[10] ~= '' and tonumber(redis.call('ZSCORE', pending, ARGV[9]) or -1) == tonumber(ARGV[10]) then redis.call('ZREM', pending, ARGV[9]) end
return answer(appended)
`;

/**
 * Appends an event that concerns every customer when the policy has changed. ARGV: those of FEED, how many events are kept,
 * channel, message, the policy, JSON. Returns as APPEND_CHANGES.
 */
export const APPEND_POLICY = `${APPENDING}
local known = redis.call('HGET', feed, 'policy')
if known == ARGV[8] then return answer(0) end
redis.call('HSET', feed, 'policy', ARGV[8])
if not known then return answer(0) end
append('all', ARGV[9])
trim(tonumber(ARGV[5]))
redis.pcall('PUBLISH', ARGV[6], ARGV[7])
return answer(1)
`;

/**
 * Removes every event that names a customer. A given event is appended instead, and nothing else of the customer until the
 * customer is permitted again. ARGV: those of FEED, how many events are kept, channel, message, SHA-1 of the customer, the
 * customer, JSON or '', when to remove the event, epoch ms.
 * Returns as APPEND_CHANGES, with the number of removed events in the last place; an earlier `erased` does not count.
 */
export const REMOVE_CHANGES = `${APPENDING}
local digest = ARGV[8]
local entries = redis.call('ZRANGEBYLEX', customers, '[' .. digest .. ':', '(' .. digest .. ';')
local removed = #entries
for _, entry in ipairs(entries) do
  local number = string.match(entry, ':(%d+)$')
  redis.call('ZREMRANGEBYSCORE', events, number, number)
  redis.call('ZREM', customers, entry)
  removed = removed - redis.call('ZREM', erasures, number)
end
redis.call('ZREM', pending, ARGV[9])
redis.call('HDEL', revisions, digest)
if ARGV[10] ~= '' then
  append(digest, ARGV[10])
  redis.call('HSET', revisions, digest, 'erased|' .. text(sequence))
  redis.call('ZADD', erasures, ARGV[11], text(sequence))
  trim(tonumber(ARGV[5]))
end
redis.pcall('PUBLISH', ARGV[6], ARGV[7])
return answer(removed)
`;

/**
 * Removes the events `erased` whose time has come; the customers are permitted again.
 * ARGV: those of FEED, how many events are kept, channel, message, now. Returns as APPEND_CHANGES, with the number of
 * removed events in the last place.
 */
export const END_ERASURES = `${APPENDING}
local ended = redis.call('ZRANGEBYSCORE', erasures, '-inf', ARGV[8], 'LIMIT', 0, 100)
for _, number in ipairs(ended) do endErasure(number) end
if #ended > 0 then redis.pcall('PUBLISH', ARGV[6], ARGV[7]) end
return answer(#ended)
`;

/**
 * Notes that a change of a customer is about to be marked, unless the customer is erased.
 * KEYS: the hash of revisions, the customers who are about to change, the events `erased` by their end. ARGV: SHA-1 of the
 * customer, the customer, the time. Returns 1; 2 when it has replaced another note; 0 for an erased customer.
 */
export const NOTE_PENDING = `${IS_IN_FORCE}
local erased = string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '', '^erased|(%d+)$')
if erased and isInForce(KEYS[3], erased, ARGV[3]) then return 0 end
return redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2]) == 1 and 1 or 2
`;

/**
 * ARGV: those of FEED, the number after which to begin ('' for the oldest), and the maximum number of events.
 * Returns epoch, last number, last number trimmed, the checks of the event with the last number and of that with the number
 * given, and the events.
 */
export const READ_FEED = `${FEED}
local after = ARGV[5] == '' and trimmed or tonumber(ARGV[5])
local found = redis.call('ZRANGEBYSCORE', events, '(' .. text(after), '+inf', 'LIMIT', 0, ARGV[6])
return { epoch, text(sequence), text(trimmed), checkAt(sequence), checkAt(after), found }
`;

/**
 * The customers whose change a process was about to mark between two moments. ARGV: those of FEED, the moments, as Redis
 * takes them, and the maximum number. Returns epoch, last number, last number trimmed, the check of the event with the last
 * number, customers with their times.
 */
export const READ_PENDING = `${FEED}
local found = redis.call('ZRANGEBYSCORE', pending, ARGV[5], ARGV[6], 'WITHSCORES', 'LIMIT', 0, ARGV[7])
return { epoch, text(sequence), text(trimmed), checkAt(sequence), found }
`;

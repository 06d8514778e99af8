import { NOTE_CHANGES } from '../../customer-changes/feed/mark-scripts.ts';
import { refuseErased } from '../../tombstones/refuse-erased.ts';

/**
 * A customer is one hash: one field for each part and each response; `generation`, a new one after every invalidation;
 * `version`, a new one after every write of a part; and `linked`, the billing customer of the stored link. Parts, responses
 * and `linked` begin with the scope of the process, so that processes with other upstreams have their own, and one
 * invalidation covers all. A part begins with its stamp in the clear: definite, fetched, checked, usable until, and the
 * number of the last wide invalidation before its call. `stale` is the last generation that left the parts in use: parts
 * from before it are due.
 *
 * Writes parts and a response. Refuses all of them when the customer was invalidated since their calls. The later version
 * of each part stays: the one called for after a later wide invalidation, then a definite one that is usable before a
 * failure, then the one fetched, then the one checked later. A stored part from the writer's future never stays. The
 * response is stored when the hash then holds exactly the parts it was made of, and each response that was made of an older
 * part is deleted. A full Redis accepts all writes of a script after the first one, so the script deletes nothing before
 * that without need. When the hash then holds exactly the parts that the content of the stored link was made of, and that
 * content is new, the customer is marked as changed.
 * KEYS: the hash; the customer's marks; the tombstone. ARGV: generation read before, new version, the latest time that does
 * not count as future, lifetime in ms, maximum number of billing customers without the stored link's, variant ('' for the
 * stored link), response field, response ('' for none), billing customer ('' for none), scope, what `noteContent` takes (''
 * for none), how long a part is fresh in ms; then for each part its field, stamp and value, '' for one that is stored
 * already, '=' for one that only the content was made of.
 * Returns: `written`, and the version before; `superseded`, when a later part was stored; `forgotten`; `erased`. With
 * `written` also the marks, when the content is new, or when a process has left some.
 */
export const WRITE_CUSTOMER = `${refuseErased(3, 'ARGV[3]')}${NOTE_CHANGES}
local key, generation, version, now, variant = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[6]
local billingCustomer, scope = ARGV[9], ARGV[10]
local type = redis.call('TYPE', key).ok
if type ~= 'hash' and type ~= 'none' then redis.call('DEL', key) end
local present = redis.call('HMGET', key, 'generation', 'version', scope .. 'linked')
if (present[1] or '0') ~= generation then return { 'forgotten' } end

local function isLater(one, other)
  local definite, fetched, checked, usable, seen = string.match(one, '^(%d) (%d+) (%d+) (%d+) (%d+)$')
  local otherDefinite, otherFetched, otherChecked, otherSeen = string.match(other, '^(%d) (%d+) (%d+) %d+ (%d+)$')
  if not definite or tonumber(checked) > now or tonumber(seen) > now then return false end
  if seen ~= otherSeen then return tonumber(seen) > tonumber(otherSeen) end
  if definite ~= otherDefinite then return definite == '1' and tonumber(usable) > now end
  if fetched ~= otherFetched then return tonumber(fetched) > tonumber(otherFetched) end
  return tonumber(checked) > tonumber(otherChecked)
end

-- Removes the billing customers that requests have named and that were checked longest ago. Where those are fresh, the script does not
-- keep the one that it writes. Returns whether it keeps it.
local function makeRoom(fields, ids, linked, excess)
  local checked, others, leaving = {}, {}, {}
  local function idOf(field) return string.sub(field, 1, #scope) == scope and string.match(field, '@(.*)$') end
  for _, field in ipairs(fields) do
    local id = idOf(field)
    local at = id and string.match(redis.call('HGET', key, field) or '', '^%d %d+ (%d+)')
    if id then checked[id] = math.max(checked[id] or 0, tonumber(at) or 0) end
  end
  for id in pairs(ids) do
    if id ~= billingCustomer and id ~= variant then others[#others + 1] = id end
  end
  table.sort(others, function(one, other) return checked[one] < checked[other] end)
  local isNamed, isKept = variant ~= '' and variant ~= linked, true
  for at = 1, math.min(excess, #others) do
    if isNamed and checked[others[at]] >= now - tonumber(ARGV[15]) then isKept = false else leaving[others[at]] = true end
  end
  if not isKept then
    leaving[variant] = true
    if billingCustomer ~= linked then leaving[billingCustomer] = true end
  end
  for _, field in ipairs(fields) do
    local id = idOf(field)
    if id and leaving[id] then redis.call('HDEL', key, field) end
  end
  return isKept
end

local writes, isCurrent, isContent, linked, outdated, isKept = {}, true, true, present[3] or '', {}, true
for i = 16, #ARGV, 3 do
  local field, stamp, value = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local stored = redis.call('HGET', key, field)
  local storedStamp = stored and string.match(stored, '^[^\\n]*') or ''
  if value == '' then isCurrent = isCurrent and storedStamp == stamp
  elseif value == '=' then isContent = isContent and storedStamp == stamp
  elseif isLater(storedStamp, stamp) then isCurrent = false
  else
    writes[#writes + 1] = field
    writes[#writes + 1] = value
    local id = string.match(field, '@(.*)$')
    if field == scope .. 'link' then linked = billingCustomer end
    -- A part of the customer itself is in every response.
    local isOfAll = not id and field ~= scope .. 'link'
    outdated[isOfAll and 'all' or scope .. 'response' .. (id and '@' .. id or '')] = true
    if id == linked then outdated.all = true end
  end
end
if #writes > 0 then
  redis.call('HSET', key, 'version', version, scope .. 'linked', linked, unpack(writes))
  if outdated.all or redis.call('HLEN', key) > 45 then
    local fields, ids, count = redis.call('HKEYS', key), {}, 0
    for _, field in ipairs(fields) do
      local isOwn = string.sub(field, 1, #scope) == scope
      local id = isOwn and string.match(field, '@(.*)$')
      if id and id ~= linked and not ids[id] then ids[id], count = true, count + 1 end
      if isOwn and outdated.all and string.sub(field, #scope + 1, #scope + 8) == 'response' then redis.call('HDEL', key, field) end
      -- Another scope has left this field behind.
      if not isOwn and string.find(field, '/', 1, true) then
        local usable = string.match(redis.call('HGET', key, field) or '', '^%d %d+ %d+ (%d+)')
        if usable and tonumber(usable) < now then redis.call('HDEL', key, field) end
      end
    end
    if count > tonumber(ARGV[5]) then isKept = makeRoom(fields, ids, linked, count - tonumber(ARGV[5])) end
  end
  for field in pairs(outdated) do redis.call('HDEL', key, field) end
  redis.call('HDEL', key, ARGV[7])
end
if ARGV[8] ~= '' and isCurrent and isKept then redis.call('HSET', key, ARGV[7], ARGV[8]) end
if redis.call('PTTL', key) < tonumber(ARGV[4]) then redis.call('PEXPIRE', key, ARGV[4]) end
if not isCurrent then return { 'superseded' } end
local isNew = isContent and ARGV[11] ~= '' and noteContent(KEYS[2], ARGV[11], ARGV[12], ARGV[13], tonumber(ARGV[14]))
return { 'written', present[2] or '0', (isNew or isMarked(KEYS[2])) and marksOf(KEYS[2]) }
`;

/**
 * Forgets the cached parts and responses of a customer, in every scope, begins a new generation and notifies every process.
 * A generation is the time at which it began, so none comes back, not even in a Redis that has lost the last ones. It is
 * stored as long as any process may use a copy from before it.
 * KEYS: the hash; the customer's marks; the tombstone. ARGV: how long in ms, channel, message, new version, now, what:
 * `all`; `stale` (nothing, but every part is due); `link` (the stored link and its response); `links` (those that requests
 * name, too); or another source, with all responses; if a part replaces all, also the generation read before, its field and
 * value, and what `noteContent` takes.
 * Returns the generation, '' when another one was found, 1 when the processes were notified, and the marks, when the
 * content is new; or `erased`.
 */
export const FORGET_CUSTOMER = `${refuseErased(3, 'ARGV[5]')}${NOTE_CHANGES}
local key, keptMs, version, what = KEYS[1], ARGV[1], ARGV[4], ARGV[6]
local isHash = redis.call('TYPE', key).ok == 'hash'
local generation = isHash and redis.call('HGET', key, 'generation') or '0'
if ARGV[7] and generation ~= ARGV[7] then return { '', 1 } end
local following = string.format('%d', math.max(tonumber(ARGV[5]), tonumber(generation) + 1))
if isHash and what ~= 'all' then
  redis.call('HSET', key, 'generation', following, 'version', version)
  if what == 'stale' then redis.call('HSET', key, 'stale', following) end
  for _, field in ipairs(redis.call('HKEYS', key)) do
    local name, named = string.match(field, '/([^@]*)(@?)')
    local goes = name == 'response' or name == what
    if what == 'link' or what == 'links' then
      goes = (name == 'link' or name == 'linked' or name == 'response') and (what == 'links' or named == '')
    end
    if goes then redis.call('HDEL', key, field) end
  end
  if redis.call('PTTL', key) < tonumber(keptMs) then redis.call('PEXPIRE', key, keptMs) end
else
  redis.call('DEL', key)
  redis.call('HSET', key, 'generation', following)
  if ARGV[8] then redis.call('HSET', key, ARGV[8], ARGV[9], 'version', version) end
  redis.call('PEXPIRE', key, keptMs)
end
local published = redis.pcall('PUBLISH', ARGV[2], ARGV[3])
local isNew = ARGV[10] and noteContent(KEYS[2], ARGV[10], ARGV[11], ARGV[12], tonumber(ARGV[13]))
return { following, type(published) == 'number' and 1 or 0, ARGV[10] and (isNew or isMarked(KEYS[2])) and marksOf(KEYS[2]) }
`;

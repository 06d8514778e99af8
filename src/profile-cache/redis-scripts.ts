/**
 * A customer is one hash: a field a part, a field a response, `generation`, which every invalidation counts up, `version`,
 * another one after every write of a part, and `linked`, the billing customer of the stored link. A part begins with its
 * stamp in the clear: definite, fetched, checked, usable until.
 *
 * Writes parts and a response. Refuses all of them when the customer was invalidated since they were asked for. Of each
 * part the later one stays: a definite one that is usable before a failure, then the one fetched, then the one checked
 * later. A stored part from the writer's future never stays. The response is stored when the hash then holds exactly the
 * parts it was made of, and each response that was made of an older part is deleted.
 * A full Redis takes all writes of a script after its first, so nothing is deleted before that without need.
 * KEYS: the hash. ARGV: generation read before, new version, now and lifetime in ms, most billing customers beside the stored
 * link's, variant ('' for the stored link), response field, response ('' for none), billing customer ('' for none); then for
 * each part its field, stamp and value, '' for one that is stored already.
 * Returns: `written`, and the version before; `superseded`, when a later part was stored; `forgotten`.
 */
export const WRITE_CUSTOMER = `
local key, generation, version, now, variant = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[6]
local billingCustomer = ARGV[9]
local type = redis.call('TYPE', key).ok
if type ~= 'hash' and type ~= 'none' then redis.call('DEL', key) end
local present = redis.call('HMGET', key, 'generation', 'version', 'linked')
if (present[1] or '0') ~= generation then return { 'forgotten' } end

local function isLater(one, other)
  local definite, fetched, checked, usable = string.match(one, '^(%d) (%d+) (%d+) (%d+)$')
  local otherDefinite, otherFetched, otherChecked = string.match(other, '^(%d) (%d+) (%d+)')
  if not definite or tonumber(checked) > now then return false end
  if definite ~= otherDefinite then return definite == '1' and tonumber(usable) > now end
  if fetched ~= otherFetched then return tonumber(fetched) > tonumber(otherFetched) end
  return tonumber(checked) > tonumber(otherChecked)
end

local writes, isCurrent, linked, outdated = {}, true, present[3] or '', {}
for i = 10, #ARGV, 3 do
  local field, stamp, value = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local stored = redis.call('HGET', key, field)
  local storedStamp = stored and string.match(stored, '^[^\\n]*') or ''
  if value == '' then isCurrent = isCurrent and storedStamp == stamp
  elseif isLater(storedStamp, stamp) then isCurrent = false
  else
    writes[#writes + 1] = field
    writes[#writes + 1] = value
    local id = string.match(field, '@(.*)$')
    if field == 'link' then linked = billingCustomer end
    outdated[field == 'reseller' and 'all' or 'response' .. (id and '@' .. id or '')] = true
    if id == linked then outdated.all = true end
  end
end
if #writes > 0 then
  redis.call('HSET', key, 'version', version, 'linked', linked, unpack(writes))
  if outdated.all or redis.call('HLEN', key) > 45 then
    local fields, ids, count = redis.call('HKEYS', key), {}, 0
    for _, field in ipairs(fields) do
      local id = string.match(field, '@(.*)$')
      if id and not ids[id] then ids[id], count = true, count + 1 end
      if outdated.all and string.match(field, '^response') then redis.call('HDEL', key, field) end
    end
    for _, field in ipairs(count > tonumber(ARGV[5]) + 1 and fields or {}) do
      local id = string.match(field, '@(.*)$')
      if id and id ~= linked and id ~= billingCustomer and id ~= variant then redis.call('HDEL', key, field) end
    end
  end
  for field in pairs(outdated) do redis.call('HDEL', key, field) end
  redis.call('HDEL', key, ARGV[7])
end
if ARGV[8] ~= '' and isCurrent then redis.call('HSET', key, ARGV[7], ARGV[8]) end
if redis.call('PTTL', key) < tonumber(ARGV[4]) then redis.call('PEXPIRE', key, ARGV[4]) end
if isCurrent then return { 'written', present[2] or '0' } end
return { 'superseded' }
`;

/**
 * Forgets what is cached of a customer, counts the generation up and tells every process. The generation is kept as long as
 * a copy of what it ends may be of use anywhere.
 * KEYS: the hash. ARGV: how long in ms, channel, message, new version, what: `all`, `link` (the stored link and its response) or
 * `links` (those that requests name, too); if a part
 * takes the place of all, also the generation read before, its field and value.
 * Returns the generation; '' when another one was found.
 */
export const FORGET_CUSTOMER = `
local key, keptMs, version = KEYS[1], ARGV[1], ARGV[4]
local isHash = redis.call('TYPE', key).ok == 'hash'
local generation = isHash and redis.call('HGET', key, 'generation') or '0'
if ARGV[6] and generation ~= ARGV[6] then return '' end
local counted = tostring(tonumber(generation) + 1)
if isHash and ARGV[5] ~= 'all' then
  redis.call('HSET', key, 'generation', counted, 'version', version)
  redis.call('HDEL', key, 'link', 'linked', 'response')
  for _, field in ipairs(ARGV[5] == 'links' and redis.call('HKEYS', key) or {}) do
    local name = string.match(field, '^([^@]*)@')
    if name == 'link' or name == 'response' then redis.call('HDEL', key, field) end
  end
  if redis.call('PTTL', key) < tonumber(keptMs) then redis.call('PEXPIRE', key, keptMs) end
else
  redis.call('DEL', key)
  redis.call('HSET', key, 'generation', counted)
  if ARGV[7] then redis.call('HSET', key, ARGV[7], ARGV[8], 'version', version) end
  redis.call('PEXPIRE', key, keptMs)
end
redis.pcall('PUBLISH', ARGV[2], ARGV[3])
return counted
`;

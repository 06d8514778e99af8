/**
 * A customer is one hash: a field a part, a field a response, `generation`, which every invalidation counts up, `version`,
 * another one after every write, and `linked`, the billing customer of the stored link. Parts and responses begin with a line
 * in the clear: a part's stamp (definite, fetched, checked, usable until) or the version of the parts a response was made of.
 *
 * Writes parts and a response. Refuses all of them when the customer was invalidated since they were asked for. Of each
 * part the later one stays: a definite one that is usable before a failure, then the one fetched, then the one checked
 * later. A stored part from the writer's future stays for none. The response is stored when the hash then holds exactly the
 * parts it was made of.
 * A full Redis takes all writes of a script after its first, so nothing is deleted before that without need.
 * KEYS: the hash. ARGV: generation and version read before, version of the response, now and lifetime in ms, max named
 * links, response field, response ('' for none), link field, billing customer ('' for none); then for each part its field,
 * stamp and value, '' for one that is stored already.
 * Returns: `written`, and the version before; `superseded`, when a later part was stored; `forgotten`.
 */
export const WRITE_CUSTOMER = `
local key, generation, before, version, now = KEYS[1], ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local link, billingCustomer = ARGV[9], ARGV[10]
local type = redis.call('TYPE', key).ok
if type ~= 'hash' and type ~= 'none' then redis.call('DEL', key) end
local present = redis.call('HMGET', key, 'generation', 'version')
if (present[1] or '0') ~= generation then return { 'forgotten' } end

local function isLater(one, other)
  local definite, fetched, checked, usable = string.match(one, '^(%d) (%d+) (%d+) (%d+)$')
  local otherDefinite, otherFetched, otherChecked = string.match(other, '^(%d) (%d+) (%d+)')
  if not definite or tonumber(checked) > now then return false end
  if definite ~= otherDefinite then return definite == '1' and tonumber(usable) > now end
  if fetched ~= otherFetched then return tonumber(fetched) > tonumber(otherFetched) end
  return tonumber(checked) > tonumber(otherChecked)
end

local writes, isCurrent = {}, true
for i = 11, #ARGV, 3 do
  local field, stamp, value = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local stored = redis.call('HGET', key, field)
  local storedStamp = stored and string.match(stored, '^[^\\n]*') or ''
  if value == '' then isCurrent = isCurrent and storedStamp == stamp
  elseif isLater(storedStamp, stamp) then isCurrent = false
  else
    writes[#writes + 1] = field
    writes[#writes + 1] = value
  end
end
local newVersion = present[2] or '0'
if #writes > 0 then
  newVersion = version
  local isNewLink = link ~= 'link' and redis.call('HEXISTS', key, link) == 0
  redis.call('HSET', key, 'version', version, unpack(writes))
  if link == 'link' then redis.call('HSET', key, 'linked', billingCustomer) end
  if isNewLink then
    local fields, links = redis.call('HKEYS', key), 0
    for _, field in ipairs(fields) do if string.sub(field, 1, 5) == 'link@' then links = links + 1 end end
    local kept = redis.call('HGET', key, 'linked') or ''
    for _, field in ipairs(links > tonumber(ARGV[6]) and fields or {}) do
      local id = string.match(field, '@(.*)$')
      local isStoredLinks = id == kept and string.sub(field, 1, 5) ~= 'link@' and string.sub(field, 1, 9) ~= 'response@'
      if id and id ~= billingCustomer and not isStoredLinks and field ~= link then redis.call('HDEL', key, field) end
    end
  end
end
isCurrent = isCurrent and newVersion == version
if ARGV[8] ~= '' and isCurrent then redis.call('HSET', key, ARGV[7], ARGV[8]) end
if redis.call('PTTL', key) < tonumber(ARGV[5]) then redis.call('PEXPIRE', key, ARGV[5]) end
if isCurrent then return { 'written', present[2] or '0' } end
return { 'superseded' }
`;

/**
 * Forgets a customer's cached parts and responses, counts the generation up and notifies every process. The generation is kept as
 * long as a copy from before it may be used anywhere.
 * KEYS: the hash. ARGV: how long in ms, channel, message, new version, what: \`all\` or \`link\` (links and responses); if a part
 * takes the place of all, also the generation read before, its field and value.
 * Returns the generation; '' when another one was found.
 */
export const FORGET_CUSTOMER = `
local key, keptMs, version = KEYS[1], ARGV[1], ARGV[4]
local isHash = redis.call('TYPE', key).ok == 'hash'
local generation = isHash and redis.call('HGET', key, 'generation') or '0'
if ARGV[6] and generation ~= ARGV[6] then return '' end
local counted = tostring(tonumber(generation) + 1)
if isHash and ARGV[5] == 'link' then
  redis.call('HSET', key, 'generation', counted, 'version', version)
  for _, field in ipairs(redis.call('HKEYS', key)) do
    local name = string.match(field, '^[^@]*')
    if name == 'link' or name == 'linked' or name == 'response' then redis.call('HDEL', key, field) end
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

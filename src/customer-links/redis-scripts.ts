/** Moves the present link, if any, to the front of the history. */
const END_PRESENT_LINK = `
local function endPresentLink(key, present, now)
  local history = cjson.decode(redis.call('HGET', key, 'history') or '[]')
  local linkedAt = redis.call('HGET', key, 'linkedAt') or now
  table.insert(history, 1, { billingCustomerId = present, linkedAt = linkedAt, endedAt = now })
  while #history > 100 do table.remove(history) end
  redis.call('HSET', key, 'history', cjson.encode(history))
end
`;

/** KEYS: the link. ARGV: billing customer, now. */
export const PUT_LINK = `${END_PRESENT_LINK}
local key, wanted, now = KEYS[1], ARGV[1], ARGV[2]
local present = redis.call('HGET', key, 'billingCustomerId')
if present == wanted then return 'unchanged' end
if present then endPresentLink(key, present, now) end
redis.call('HSET', key, 'billingCustomerId', wanted, 'linkedAt', now)
return present and 'replaced' or 'created'
`;

/** KEYS: the link. ARGV: now. */
export const DELETE_LINK = `${END_PRESENT_LINK}
local key, now = KEYS[1], ARGV[1]
local present = redis.call('HGET', key, 'billingCustomerId')
if not present then return 0 end
endPresentLink(key, present, now)
redis.call('HDEL', key, 'billingCustomerId', 'linkedAt')
return 1
`;

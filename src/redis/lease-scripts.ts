/**
 * Takes each lease that is free.
 * KEYS: the leases. ARGV: owner, ttl in ms.
 * Returns for each lease 0 when granted, or the milliseconds that its holder has left, at least 1. A time above the ttl, as
 * after Redis's clock was put back, becomes the ttl.
 */
export const ACQUIRE_LEASES = `
local answers = {}
for i, name in ipairs(KEYS) do
  if redis.call('SET', name, ARGV[1], 'NX', 'PX', ARGV[2]) then answers[i] = 0
  else
    local left = redis.call('PTTL', name)
    if left == -1 or left > tonumber(ARGV[2]) then
      redis.call('PEXPIRE', name, ARGV[2])
      left = tonumber(ARGV[2])
    end
    answers[i] = math.max(1, left)
  end
end
return answers
`;

/** KEYS: leases. ARGV: owner, ttl in ms. Returns for each 1 when it is renewed, 0 when the owner does not hold it. */
export const RENEW_LEASES = `
local answers = {}
for i, name in ipairs(KEYS) do
  answers[i] = redis.call('GET', name) == ARGV[1] and redis.call('PEXPIRE', name, ARGV[2]) or 0
end
return answers
`;

/**
 * Deletes the leases that the owner holds. It releases them even if the user lacks the right to publish.
 * KEYS: leases. ARGV: owner; channel and message, when there is one to publish. Returns the number released.
 */
export const RELEASE_LEASES = `
local released = 0
for i, name in ipairs(KEYS) do
  if redis.call('GET', name) == ARGV[1] then
    redis.call('DEL', name)
    released = released + 1
  end
end
if released > 0 and ARGV[2] then redis.pcall('PUBLISH', ARGV[2], ARGV[3]) end
return released
`;

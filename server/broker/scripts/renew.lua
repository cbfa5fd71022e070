-- SPDX-License-Identifier: MIT
-- Renews the calling server's lease, and names the servers whose lease is over. After a time in which nobody renewed, everybody gets a
-- whole lease to do so.
-- KEYS  servers, meta
-- ARGV  server, lease (us)
-- Gives OK now dead... | EXPIRED now dead...: it was over, or there was none; it is renewed all the same
local most = 100 -- servers named at once

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local text = string.format('%.0f', now)
local meta = redis.call('HMGET', KEYS[2], 'renewed', 'grace')
local grace = tonumber(meta[2] or 0)
local lease = redis.call('ZSCORE', KEYS[1], ARGV[1])
if now - tonumber(meta[1] or 0) > tonumber(ARGV[2]) then
    grace = now + ARGV[2]
    redis.call('HSET', KEYS[2], 'grace', string.format('%.0f', grace))
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
redis.call('HSET', KEYS[2], 'renewed', text)
local answer = {lease and tonumber(lease) >= now and 'OK' or 'EXPIRED', text}
if now >= grace then
    for _, server in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', '(' .. text, 'LIMIT', 0, most)) do
        table.insert(answer, server)
    end
end
return answer

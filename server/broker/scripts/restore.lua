-- SPDX-License-Identifier: MIT
-- Makes the groups that the history has and Redis lost, for the history's writer: it was away when the epoch began.
-- KEYS  meta, seq, groups
-- ARGV  epoch, then pairs of a group and its highest seq in the history
-- Gives OK groups made | EPOCH epoch
local skipped = 1000000
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'base')
if meta[1] ~= ARGV[1] then
    return {'EPOCH', meta[1] or ''}
end
local base, made = tonumber(meta[2] or 0), 0
for i = 2, #ARGV, 2 do
    local stored = tonumber(ARGV[i + 1])
    local counter = stored == 0 and base or math.max(base, stored + skipped)
    made = made + redis.call('HSETNX', KEYS[2], ARGV[i], string.format('%.0f 0 %.0f', counter, stored))
    redis.call('ZADD', KEYS[3], 0, ARGV[i])
end
return {'OK', tostring(made)}

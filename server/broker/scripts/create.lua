-- SPDX-License-Identifier: MIT
-- Creates a group. It goes through the log, so that the history learns of it.
-- KEYS  meta, log, seq, groups
-- ARGV  epoch, group, whether there are as many groups as may be (1, 0)
-- Gives OK | EXISTS | FULL | EPOCH epoch
if redis.call('HEXISTS', KEYS[3], ARGV[2]) == 1 then
    return {'EXISTS'}
end
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'n', 'base')
if meta[1] ~= ARGV[1] then
    return {'EPOCH', meta[1] or ''}
end
if ARGV[3] == '1' then
    return {'FULL'}
end
local base = meta[3] or '0'
local n = string.format('%.0f', meta[2] + 1)
redis.call('XADD', KEYS[2], '*', 'v', '1', 'k', 'g', 'g', ARGV[2], 's', base, 'e', ARGV[1], 'n', n)
redis.call('HSET', KEYS[1], 'n', n)
redis.call('HSET', KEYS[3], ARGV[2], base .. ' 0 0')
redis.call('ZADD', KEYS[4], 0, ARGV[2])
return {'OK'}

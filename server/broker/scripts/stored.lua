-- SPDX-License-Identifier: MIT
-- Notes how far the history has stored the log, and tells the servers. A writer moves its own note forward only; the first of a later
-- fence says where the database is, which may have lost something.
-- KEYS  meta
-- ARGV  epoch, log id and number of the last entry stored, fence of the writer, channel
-- Gives OK | EPOCH epoch | FENCE fence: a later writer has said more
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'storedFence', 'storedEpoch', 'storedN')
if meta[1] ~= ARGV[1] then
    return {'EPOCH', meta[1] or ''}
end
local fence = tonumber(meta[2] or 0)
if tonumber(ARGV[4]) < fence then
    return {'FENCE', meta[2]}
end
if tonumber(ARGV[4]) == fence and meta[3] == ARGV[1] and tonumber(ARGV[3]) < tonumber(meta[4]) then
    return {'OK'}
end
redis.call('HSET', KEYS[1], 'stored', ARGV[2], 'storedN', ARGV[3], 'storedEpoch', ARGV[1], 'storedFence', ARGV[4])
redis.call('PUBLISH', ARGV[5], ARGV[1] .. ' ' .. ARGV[3])
return {'OK'}

-- SPDX-License-Identifier: MIT
-- KEYS  meta and log of each partition
-- Gives OK now (us), then of each partition its epoch, the number of its last entry, the number up to which the history has stored its
--       log in that epoch, and how many entries the log was ever given ('' before Redis 7)
local clock = redis.call('TIME')
local answer = {'OK', string.format('%.0f', clock[1] * 1000000 + clock[2])}
for i = 1, #KEYS, 2 do
    local meta = redis.call('HMGET', KEYS[i], 'epoch', 'n', 'storedEpoch', 'storedN')
    table.insert(answer, meta[1] or '')
    table.insert(answer, meta[2] or '0')
    table.insert(answer, meta[3] == meta[1] and meta[4] or '0')
    local added = ''
    local info = redis.call('EXISTS', KEYS[i + 1]) == 1 and redis.call('XINFO', 'STREAM', KEYS[i + 1]) or {}
    for j = 1, #info, 2 do
        if info[j] == 'entries-added' then
            added = string.format('%.0f', info[j + 1])
        end
    end
    table.insert(answer, added)
end
return answer

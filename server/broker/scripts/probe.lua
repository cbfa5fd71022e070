-- SPDX-License-Identifier: MIT
-- KEYS  meta of each partition
-- Gives OK now (us), then of each partition its epoch, the number of its last entry, and the number up to which the history has stored
--       its log in that epoch
local clock = redis.call('TIME')
local answer = {'OK', string.format('%.0f', clock[1] * 1000000 + clock[2])}
for _, key in ipairs(KEYS) do
    local meta = redis.call('HMGET', key, 'epoch', 'n', 'storedEpoch', 'storedN')
    table.insert(answer, meta[1] or '')
    table.insert(answer, meta[2] or '0')
    table.insert(answer, meta[3] == meta[1] and meta[4] or '0')
end
return answer

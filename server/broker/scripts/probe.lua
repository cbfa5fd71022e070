-- SPDX-License-Identifier: MIT
-- KEYS  meta of each partition
-- Gives OK now (us), then of each partition its epoch and the number of its last entry
local clock = redis.call('TIME')
local answer = {'OK', string.format('%.0f', clock[1] * 1000000 + clock[2])}
for _, key in ipairs(KEYS) do
    local meta = redis.call('HMGET', key, 'epoch', 'n')
    table.insert(answer, meta[1] or '')
    table.insert(answer, meta[2] or '0')
end
return answer

-- SPDX-License-Identifier: MIT
-- Says what the history's writer must know of partitions, and what it has still to store.
-- KEYS  meta and log of each partition
-- Gives OK now (ms), then of each partition: epoch, identity of the Redis it was opened on, log id and number from which the writer goes on
--       at the latest when it comes from another epoch, number of the last entry, number and fence of what is stored, age (ms) of the
--       oldest entry that is not
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local answer = {'OK', string.format('%.0f', now)}
for i = 1, #KEYS, 2 do
    local meta = redis.call('HMGET', KEYS[i], 'epoch', 'identity', 'from', 'fromN', 'n', 'stored', 'storedN', 'storedFence')
    local number, stored = tonumber(meta[5] or 0), tonumber(meta[7] or 0)
    local age = 0
    if number > stored then
        local oldest = redis.call('XRANGE', KEYS[i + 1], '(' .. (meta[6] or '0-0'), '+', 'COUNT', 1)[1]
        if oldest then
            age = math.max(0, now - tonumber(string.match(oldest[1], '^%d+')))
        end
    end
    for _, value in ipairs({meta[1] or '', meta[2] or '', meta[3] or '0-0', meta[4] or '0', meta[5] or '0', meta[7] or '0',
                            meta[8] or '0', string.format('%.0f', age)}) do
        table.insert(answer, value)
    end
end
return answer

-- SPDX-License-Identifier: MIT
-- Reads messages of a group with after < seq < before from the log, as far as it goes back: the newest of them, or the oldest.
-- KEYS  seq, tail of the group, log
-- ARGV  group, after, before or '', most messages, most bytes (one message is given in any case), whether the newest (1, 0)
-- Gives NOGROUP | OK seq of the group's last message, whether nothing is missing after `after` (1, 0), whether there are more (1, 0),
--       entries of the log, oldest first
local last = redis.call('HGET', KEYS[1], ARGV[1])
if not last then
    return {'NOGROUP'}
end
local counter, newest = string.match(last, '^(%d+) %d+ ?(%d*)$')
if newest == '' then
    newest = counter
end
local after, limit, bytes = tonumber(ARGV[2]), tonumber(ARGV[4]), tonumber(ARGV[5])
local length = redis.call('LLEN', KEYS[2])

local function item(index)
    local seq, ms, counter = string.match(redis.call('LINDEX', KEYS[2], index), '^(%d+) (%d+)-(%d+)$')
    return tonumber(seq), tonumber(ms), tonumber(counter), ms .. '-' .. counter
end
-- The index of the first item for which `holds` is true; it is true for all behind it.
local function first(holds)
    local low, high = 0, length
    while low < high do
        local middle = math.floor((low + high) / 2)
        if holds(item(middle)) then
            high = middle
        else
            low = middle + 1
        end
    end
    return low
end

local from = first(function(seq) return seq > after end)
local to = length
if ARGV[3] ~= '' then
    local before = tonumber(ARGV[3])
    to = first(function(seq) return seq >= before end)
end
local reached = tonumber(newest) <= after or from > 0 or length > 0 and item(0) == after + 1
-- What the log has deleted is still in the list.
local oldest = redis.call('XRANGE', KEYS[3], '-', '+', 'COUNT', 1)[1]
local there = length
if oldest then
    local oldMs, oldCounter = string.match(oldest[1], '^(%d+)-(%d+)$')
    oldMs, oldCounter = tonumber(oldMs), tonumber(oldCounter)
    there = first(function(_, ms, counter) return ms > oldMs or ms == oldMs and counter >= oldCounter end)
end
if there > from then
    reached = tonumber(newest) <= after
    from = there
end

local entries, size = {}, 0
local index, step = from, 1
if ARGV[6] == '1' then
    index, step = to - 1, -1
end
while index >= from and index < to and #entries < limit and (size < bytes or #entries == 0) do
    local _, _, _, id = item(index)
    local entry = redis.call('XRANGE', KEYS[3], id, id)[1]
    if entry then
        for _, value in ipairs(entry[2]) do
            size = size + #value
        end
        table.insert(entries, entry)
    else
        reached = false -- someone deleted it
    end
    index = index + step
end
local answer = {'OK', newest, reached and '1' or '0', index >= from and index < to and '1' or '0'}
for i = 1, #entries do
    table.insert(answer, step == 1 and entries[i] or entries[#entries + 1 - i])
end
return answer

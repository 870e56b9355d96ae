#!lua name=baodao_commit_5
-- Commits: the only writes to records, indexes, fields, events and timers.
--
-- baodao_commit_5(keys, args): one or more independent commits, each applied all or nothing.
-- Input, for each commit one after the other:
--   keys  requests, checked records (those to put first, then those to delete), one per operation
--   args  head, [latest time in ms], request values, expected versions, new records,
--         operation arguments
--   head  flags (1: there is a latest time), then two bytes each: requests, checks, puts, deletes,
--         operations, keys and args (head excluded) of this commit; then for each operation one
--         byte of code (0: events, else an index into COMMANDS) and two of argument count
--   A request value is an 8-byte fingerprint, and for an answer '=' and its bytes.
--   A version is the first 8 bytes of a record, empty when it must not exist.
-- Output: 0 when all were applied, else one item per commit: 0 applied, 1 conflict, 2 too late,
--   {index, value kept, …} of the requests known already, or the error that stopped it.
-- Order: time, requests, versions, writes. A commit that is stopped removes the requests it set.
-- A change of this interface is a new number in all names: replicas of two builds share a Redis.

-- Numbers that go into commands are texts: Redis prints a Lua number digit by digit, as a double.
local ANSWER_MS = '86400000'
local COMMANDS = {'ZADD', 'ZREM', 'HSET', 'HDEL', 'DEL', 'XADD'}

-- Sets what is not there yet (listed in fresh); returns what stops the commit, and the marks that
-- its answers replace.
local function take_requests(call, sub, keys, argv, k, a, n, fresh)
  local known, marks
  for i = 0, n - 1 do
    local key, value = keys[k + i], argv[a + i]
    local old = call('SET', key, value, 'NX', 'GET', 'PX', ANSWER_MS)
    if not old then
      fresh[#fresh + 1] = key
    elseif (#old > 8 and #value > 8) or sub(old, 1, 8) ~= sub(value, 1, 8) then
      known = known or {}
      known[#known + 1] = i
      known[#known + 1] = old
    elseif #value > 8 then
      marks = marks or {}
      marks[#marks + 1] = i
    end
  end
  return known, marks
end

local function commit(call, byte, sub, unpack, keys, argv, k, a, head, fresh)
  local flags, r1, r2, c1, c2, p1, p2, d1, d2, o1, o2 = byte(head, 1, 11)
  local requests, checks, puts = r1 * 256 + r2, c1 * 256 + c2, p1 * 256 + p2
  if flags == 1 then
    local now = call('TIME')
    if now[1] * 1000 + now[2] / 1000 > tonumber(argv[a]) then return 2 end
    a = a + 1
  end
  local known, marks
  local first_key, first_value = k, a
  if requests > 0 then
    known, marks = take_requests(call, sub, keys, argv, k, a, requests, fresh)
    if known then return known end
    k, a = k + requests, a + requests
  end
  for i = 0, checks - 1 do
    if call('GETRANGE', keys[k + i], '0', '7') ~= argv[a + i] then return 1 end
  end
  a = a + checks
  if marks then
    for _, i in ipairs(marks) do
      call('SET', keys[first_key + i], argv[first_value + i], 'PX', ANSWER_MS)
    end
  end
  for i = 0, puts - 1 do call('SET', keys[k + i], argv[a + i]) end
  a = a + puts
  for i = puts, puts + d1 * 256 + d2 - 1 do call('DEL', keys[k + i]) end
  k = k + checks
  local p = 16
  for _ = 1, o1 * 256 + o2 do
    local code, n1, n2 = byte(head, p, p + 2)
    local n = n1 * 256 + n2
    if code == 0 then
      for i = a, a + n - 1 do call('XADD', keys[k], '*', 'e', argv[i]) end
    else
      call(COMMANDS[code], keys[k], unpack(argv, a, a + n - 1))
    end
    p, k, a = p + 3, k + 1, a + n
  end
  return 0
end

redis.register_function('baodao_commit_5', function(keys, argv)
  local call, byte, sub, unpack, pcall = redis.call, string.byte, string.sub, unpack, pcall
  local k, a, outcomes, all_applied = 1, 1, {}, true
  while argv[a] do
    local head, fresh = argv[a], {}
    local ok, outcome = pcall(commit, call, byte, sub, unpack, keys, argv, k, a + 1, head, fresh)
    if not ok then
      outcome = type(outcome) == 'table' and outcome or {err = 'ERR ' .. tostring(outcome)}
    end
    if outcome ~= 0 then
      all_applied = false
      if fresh[1] then call('DEL', unpack(fresh)) end
    end
    outcomes[#outcomes + 1] = outcome
    local k1, k2, a1, a2 = byte(head, 12, 15)
    k, a = k + k1 * 256 + k2, a + 1 + a1 * 256 + a2
  end
  return all_applied and 0 or outcomes
end)

-- baodao_unmark_5(request; fingerprint): takes a mark back; whatever else is kept there stays.
redis.register_function('baodao_unmark_5', function(keys, argv)
  if redis.call('GET', keys[1]) ~= argv[1] then return 0 end
  return redis.call('DEL', keys[1])
end)

-- baodao_take_timers_5(timers; now, end of lease, limit): the due members with their scores, which
-- become the end of the lease. Limit is at most 1000.
redis.register_function('baodao_take_timers_5', function(keys, argv)
  local due = redis.call('ZRANGE', keys[1], '-inf', argv[1], 'BYSCORE', 'LIMIT', 0, argv[3],
    'WITHSCORES')
  local leased = {}
  for i = 1, #due, 2 do
    leased[i], leased[i + 1] = argv[2], due[i]
  end
  if leased[1] then redis.call('ZADD', keys[1], unpack(leased)) end
  return due
end)

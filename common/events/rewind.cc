#include "common/events/rewind.h"

#include <utility>

#include "common/events/detail/streams.h"
#include "common/redis/script.h"
#include "common/status/macros.h"

namespace baodao::events {
namespace {

constexpr int kPage = 1'000;

// The hash; the field, the id and the count to go back to. The term grows, so that whoever reads
// the stream loses it and takes it again from here. 1, or 0 where the cursor is not further on.
constexpr char kRewind[] = R"(
local cursor = redis.call('HGET', KEYS[1], ARGV[1])
if not cursor then return 0 end
local ms, seq, term = string.match(cursor, '^(%d+)-(%d+)|%d*|?(%d*)$')
local to_ms, to_seq = string.match(ARGV[2], '^(%d+)-(%d+)$')
ms, seq, to_ms, to_seq = tonumber(ms), tonumber(seq), tonumber(to_ms), tonumber(to_seq)
if ms < to_ms or (ms == to_ms and seq <= to_seq) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1],
           string.format('%s|%s|%d', ARGV[2], ARGV[3], (tonumber(term) or 0) + 1))
return 1
)";

// The stream; an id and a number. How many events there are after the id, up to that number, the
// id of the last of them, and how many the stream has ever had. Events stay in Redis.
constexpr char kCount[] = R"(
if redis.call('EXISTS', KEYS[1]) == 0 then return {0, ARGV[1], 0} end
local page = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
local info = redis.call('XINFO', 'STREAM', KEYS[1])
local added = 0
for i = 1, #info, 2 do
  if info[i] == 'entries-added' then added = info[i + 1] end
end
return {#page, #page > 0 and page[#page][1] or ARGV[1], added}
)";

// XINFO STREAM answers with the first and the last event in full: these stay in Redis, too.
constexpr char kLastId[] = R"(
if redis.call('EXISTS', KEYS[1]) == 0 then return '0-0' end
local info = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then return info[i + 1] end
end
return '0-0'
)";

// How many events the stream had ever had when it got the one after `id`.
Task<absl::StatusOr<int64_t>> CountAt(redis::Client& client, std::string key, std::string id) {
  int64_t after = 0;
  for (;;) {
    redis::Command command = redis::Command::On(key, "EVAL", kCount, 1, key, id, kPage);
    CO_ASSIGN_OR_RETURN(redis::Reply reply, co_await client.Call(std::move(command)));
    if (reply.items.size() != 3) co_return absl::InternalError("a count of events has no count");
    after += reply.items[0].integer;
    if (reply.items[0].integer < kPage) co_return reply.items[2].integer - after;
    id = std::move(reply.items[1].text);
  }
}

}  // namespace

Task<absl::StatusOr<std::vector<std::string>>> CursorIds(redis::Client& client, std::string group,
                                                         std::string service, int shards) {
  std::vector<redis::Command> commands;
  for (int shard = 0; shard < shards; ++shard) {
    const std::string key = detail::CursorsKey(service, shard);
    commands.push_back(redis::Command::On(key, "HGET", key, group));
  }
  const auto replies = co_await client.CallEach(std::move(commands));
  std::vector<std::string> ids;
  for (const absl::StatusOr<redis::Reply>& reply : replies) {
    if (!reply.ok()) co_return reply.status();
    ids.push_back(detail::ParseCursor(reply->text).id);
  }
  co_return ids;
}

Task<absl::Status> Rewind(redis::Client& client, std::string group, std::string service, int shard,
                          std::string id) {
  const std::string cursors = detail::CursorsKey(service, shard);
  CO_ASSIGN_OR_RETURN(const int64_t count,
                      co_await CountAt(client, detail::EventsKey(service, shard), id));
  redis::Command back = redis::Command::On(cursors, "EVAL", kRewind, 1, cursors, group, id, count);
  co_return (co_await client.Call(std::move(back))).status();
}

// The trimmer leaves the entry at a group's cursor in the stream.
Task<absl::StatusOr<std::string>> CompleteFrom(redis::Client& client, std::string service,
                                               int shard, std::string id) {
  const std::string key = detail::EventsKey(service, shard);
  redis::Command ask = redis::Command::On(key, "XINFO", "STREAM", key);
  const absl::StatusOr<redis::Reply> reply = co_await client.Call(std::move(ask));
  CO_ASSIGN_OR_RETURN(const detail::StreamInfo info, detail::ParseInfo(reply));
  if (info.added == info.length || !detail::IdLess(id, info.last_id)) co_return "0-0";
  redis::Command find = redis::Command::On(key, "XRANGE", key, id, id);
  CO_ASSIGN_OR_RETURN(const redis::Reply at, co_await client.Call(std::move(find)));
  if (!at.items.empty()) co_return "0-0";
  redis::Command first = redis::Command::On(key, "XRANGE", key, "-", "+", "COUNT", 1);
  CO_ASSIGN_OR_RETURN(redis::Reply entries, co_await client.Call(std::move(first)));
  if (entries.items.empty()) co_return info.last_id;
  co_return detail::ParseEntries(entries).front().id;
}

Task<absl::StatusOr<std::vector<std::string>>> LastIds(redis::Client& client, std::string service,
                                                       int shards) {
  // Asked every other second, so it must be short.
  static redis::Script last_id(kLastId);
  std::vector<redis::Script::Call> calls;
  calls.reserve(static_cast<size_t>(shards));
  for (int shard = 0; shard < shards; ++shard) {
    calls.push_back({{detail::EventsKey(service, shard)}, {}});
  }
  const redis::Script::Replies replies = co_await last_id.RunEach(client, std::move(calls));
  std::vector<std::string> ids;
  for (const absl::StatusOr<redis::Reply>& reply : replies) {
    if (!reply.ok()) co_return reply.status();
    ids.push_back(reply->text);
  }
  co_return ids;
}

}  // namespace baodao::events

#include "common/events/dead_letters.h"

#include <charconv>
#include <utility>

#include "common/events/detail/streams.h"

namespace baodao::events {
namespace {

int64_t Number(std::string_view text) {
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// An event this build cannot read is left empty.
DeadLetter ToLetter(const detail::Entry& entry, int shard) {
  DeadLetter letter;
  letter.id = entry.id;
  letter.service = std::string(entry.Field("service"));
  letter.shard = shard;
  letter.event_id = std::string(entry.Field("id"));
  letter.attempts = static_cast<int>(Number(entry.Field("attempts")));
  letter.error = std::string(entry.Field("error"));
  letter.failed_at = Time(Millis(Number(entry.Field("time"))));
  const std::string_view bytes = entry.Field("e");
  if (!letter.event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    letter.event.Clear();
  }
  return letter;
}

}  // namespace

Task<absl::StatusOr<std::vector<DeadLetter>>> ListDeadLetters(redis::Client& client,
                                                              std::string group, int shards,
                                                              int limit) {
  std::vector<DeadLetter> letters;
  for (int shard = 0; shard < shards && static_cast<int>(letters.size()) < limit; ++shard) {
    const std::string key = detail::DeadKey(group, shard);
    const int left = limit - static_cast<int>(letters.size());
    redis::Command command = redis::Command::On(key, "XRANGE", key, "-", "+", "COUNT", left);
    absl::StatusOr<redis::Reply> reply = co_await client.Call(std::move(command));
    if (!reply.ok()) co_return reply.status();
    for (const detail::Entry& entry : detail::ParseEntries(*reply)) {
      letters.push_back(ToLetter(entry, shard));
    }
  }
  co_return letters;
}

// First put where the group reads it again, then removed: a crash in between delivers it once more.
Task<absl::StatusOr<bool>> RequeueDeadLetter(redis::Client& client, std::string group, int shard,
                                             std::string id) {
  const std::string key = detail::DeadKey(group, shard);
  redis::Command find = redis::Command::On(key, "XRANGE", key, id, id);
  absl::StatusOr<redis::Reply> reply = co_await client.Call(std::move(find));
  if (!reply.ok()) co_return reply.status();
  const std::vector<detail::Entry> entries = detail::ParseEntries(*reply);
  if (entries.empty()) co_return false;
  const detail::Entry& entry = entries.front();
  const std::string again = detail::AgainKey(group, shard);
  redis::Command put(again);
  put.Add("XADD").Add(again).Add("*").Add("service").Add(entry.Field("service"));
  put.Add("id").Add(entry.Field("id")).Add("e").Add(entry.Field("e"));
  reply = co_await client.Call(std::move(put));
  if (!reply.ok()) co_return reply.status();
  co_return co_await DropDeadLetter(client, std::move(group), shard, std::move(id));
}

Task<absl::StatusOr<bool>> DropDeadLetter(redis::Client& client, std::string group, int shard,
                                          std::string id) {
  const std::string key = detail::DeadKey(group, shard);
  redis::Command command = redis::Command::On(key, "XDEL", key, id);
  absl::StatusOr<redis::Reply> reply = co_await client.Call(std::move(command));
  if (!reply.ok()) co_return reply.status();
  co_return reply->integer > 0;
}

}  // namespace baodao::events

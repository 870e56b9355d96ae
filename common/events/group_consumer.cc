#include "common/events/group_consumer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/events/detail/group.h"
#include "common/events/detail/streams.h"

namespace baodao::events {
namespace {

using detail::Cursor;

// The events of `service` in every shard and the group's cursors there.
std::vector<redis::Command> AskAll(const std::vector<std::string>& services, int shards,
                                   const std::string& group) {
  std::vector<redis::Command> commands;
  for (const std::string& service : services) {
    for (int shard = 0; shard < shards; ++shard) {
      const std::string events = detail::EventsKey(service, shard);
      const std::string cursors = detail::CursorsKey(service, shard);
      commands.push_back(redis::Command::On(events, "XINFO", "STREAM", events));
      commands.push_back(redis::Command::On(cursors, "HGET", cursors, group));
    }
  }
  return commands;
}

// When the first event after the cursor happened; nullopt when there is none.
Task<absl::StatusOr<std::optional<Time>>> FirstAfter(redis::Client& client, std::string key,
                                                     Cursor cursor) {
  redis::Command command = redis::Command::On(key, "XRANGE", key, "(" + cursor.id, "+", "COUNT", 1);
  absl::StatusOr<redis::Reply> reply = co_await client.Call(std::move(command));
  if (!reply.ok()) co_return reply.status();
  const std::vector<detail::Entry> entries = detail::ParseEntries(*reply);
  if (entries.empty()) co_return std::nullopt;
  co_return Time(Millis(detail::MsOf(entries.front().id)));
}

}  // namespace

std::unique_ptr<GroupConsumer> NewGroupConsumer(asio::io_context& loop, redis::Client& client,
                                                Clock& clock, GroupOptions options,
                                                Handler handler) {
  return std::make_unique<detail::Group>(loop, client, clock, std::move(options),
                                         std::move(handler));
}

std::unique_ptr<GroupConsumer> NewBatchConsumer(asio::io_context& loop, redis::Client& client,
                                                Clock& clock, GroupOptions options,
                                                BatchHandler handler) {
  Handler alone = [handler](const Delivery& delivery) {
    return handler(std::vector<Delivery>(1, delivery));
  };
  return std::make_unique<detail::Group>(loop, client, clock, std::move(options), std::move(alone),
                                         std::move(handler));
}

Task<absl::StatusOr<GroupLag>> ReadGroupLag(redis::Client& client, Clock& clock, std::string group,
                                            std::vector<std::string> services, int shards) {
  GroupLag lag;
  std::vector<redis::Command> commands = AskAll(services, shards, group);
  const size_t streams = commands.size() / 2;
  for (int shard = 0; shard < shards; ++shard) {
    const std::string dead = detail::DeadKey(group, shard);
    commands.push_back(redis::Command::On(dead, "XLEN", dead));
  }
  std::vector<absl::StatusOr<redis::Reply>> replies = co_await client.CallEach(std::move(commands));
  for (size_t i = 0; i < streams; ++i) {
    const absl::StatusOr<detail::StreamInfo> info = detail::ParseInfo(replies[2 * i]);
    if (!info.ok()) co_return info.status();
    const absl::StatusOr<redis::Reply>& kept = replies[2 * i + 1];
    if (!kept.ok()) co_return kept.status();
    Cursor cursor{"0-0", info->added - info->length};
    if (!kept->IsNil()) cursor = detail::ParseCursor(kept->text);
    if (info->added <= cursor.count) continue;
    lag.unread += static_cast<int64_t>(info->added - cursor.count);
    const std::string key =
        detail::EventsKey(services[i / static_cast<size_t>(shards)], static_cast<int>(i) % shards);
    absl::StatusOr<std::optional<Time>> first = co_await FirstAfter(client, key, cursor);
    if (!first.ok()) co_return first.status();
    if (*first) lag.oldest = std::max(lag.oldest, clock.Now() - **first);
  }
  for (size_t i = 2 * streams; i < replies.size(); ++i) {
    if (!replies[i].ok()) co_return replies[i].status();
    lag.dead_letters += replies[i]->integer;
  }
  co_return lag;
}

}  // namespace baodao::events

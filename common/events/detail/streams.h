// Event streams and what groups keep beside them, as they lie in Redis.
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/redis/client.h"

namespace baodao::events::detail {

// {NN}<service>:events
std::string EventsKey(std::string_view service, int shard);
// {NN}<service>:cursors — a hash of the groups that read it: group → cursor, "group!" → the
// event that is being handled first after a change of hands, and how often that was begun and never
// ended (see Group::NoteStart).
std::string CursorsKey(std::string_view service, int shard);
// {NN}<group>:dead — dead letters; {NN}<group>:again — those requeued.
std::string DeadKey(std::string_view group, int shard);
std::string AgainKey(std::string_view group, int shard);
// {NN}<group>:again-cursor — like CursorsKey, for the requeued.
std::string AgainCursorKey(std::string_view group, int shard);
// {00}<group>:members — a hash of the replicas: name → heartbeats.
std::string MembersKey(std::string_view group);

// Everything up to and including `id` is handled; `count` entries had been added to the stream by
// then since it began.
struct Cursor {
  std::string id = "0-0";
  uint64_t count = 0;
  uint64_t term = 0;  // how often it has changed hands
};
std::string Format(const Cursor& cursor);  // "id|count|term"
Cursor ParseCursor(std::string_view text);

// Milliseconds of a stream id.
int64_t MsOf(std::string_view stream_id);
bool IdLess(std::string_view a, std::string_view b);

struct Entry {
  std::string id;
  std::vector<std::string> fields;  // name, value, …
  // The value of a field; empty when there is none.
  std::string_view Field(std::string_view name) const;
};
// The answer of XRANGE, and of one stream of XREAD.
std::vector<Entry> ParseEntries(redis::Reply& reply);

// XINFO STREAM. A stream that does not exist is empty.
struct StreamInfo {
  uint64_t added = 0;  // entries ever added
  uint64_t length = 0;
  std::string last_id = "0-0";
};
absl::StatusOr<StreamInfo> ParseInfo(const absl::StatusOr<redis::Reply>& reply);

Task<absl::StatusOr<bool>> IsCluster(redis::Client& client);

}  // namespace baodao::events::detail

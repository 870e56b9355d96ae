#include "common/events/detail/streams.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <charconv>
#include <utility>

#include "common/redis/errors.h"

namespace baodao::events::detail {
namespace {

std::string Key(std::string_view owner, int shard, std::string_view kind) {
  std::string key = absl::StrCat("{", absl::Dec(shard, absl::kZeroPad2), "}");
  key.append(owner).append(1, ':').append(kind);
  return key;
}

std::pair<uint64_t, uint64_t> Parts(std::string_view id) {
  std::pair<uint64_t, uint64_t> parts{0, 0};
  const char* const end = id.data() + id.size();
  const char* at = std::from_chars(id.data(), end, parts.first).ptr;
  if (at != end && *at == '-') std::from_chars(at + 1, end, parts.second);
  return parts;
}

}  // namespace

std::string EventsKey(std::string_view service, int shard) { return Key(service, shard, "events"); }
std::string CursorsKey(std::string_view service, int shard) {
  return Key(service, shard, "cursors");
}
std::string DeadKey(std::string_view group, int shard) { return Key(group, shard, "dead"); }
std::string AgainKey(std::string_view group, int shard) { return Key(group, shard, "again"); }
std::string AgainCursorKey(std::string_view group, int shard) {
  return Key(group, shard, "again-cursor");
}
std::string MembersKey(std::string_view group) { return Key(group, 0, "members"); }

std::string Format(const Cursor& cursor) {
  return absl::StrCat(cursor.id, "|", cursor.count, "|", cursor.term);
}

Cursor ParseCursor(std::string_view text) {
  Cursor cursor;
  const size_t bar = text.find('|');
  if (bar == text.npos) return cursor;
  cursor.id = std::string(text.substr(0, bar));
  const char* const end = text.data() + text.size();
  const char* const at = std::from_chars(text.data() + bar + 1, end, cursor.count).ptr;
  if (at != end && *at == '|') std::from_chars(at + 1, end, cursor.term);
  return cursor;
}

int64_t MsOf(std::string_view stream_id) { return static_cast<int64_t>(Parts(stream_id).first); }

bool IdLess(std::string_view a, std::string_view b) { return Parts(a) < Parts(b); }

std::string_view Entry::Field(std::string_view name) const {
  for (size_t i = 0; i + 1 < fields.size(); i += 2) {
    if (fields[i] == name) return fields[i + 1];
  }
  return {};
}

std::vector<Entry> ParseEntries(redis::Reply& reply) {
  std::vector<Entry> entries;
  entries.reserve(reply.items.size());
  for (redis::Reply& item : reply.items) {
    if (item.items.size() != 2) continue;
    Entry entry{std::move(item.items[0].text), {}};
    for (redis::Reply& field : item.items[1].items) entry.fields.push_back(std::move(field.text));
    entries.push_back(std::move(entry));
  }
  return entries;
}

absl::StatusOr<StreamInfo> ParseInfo(const absl::StatusOr<redis::Reply>& reply) {
  StreamInfo info;
  if (!reply.ok()) {
    if (reply.status().code() == absl::StatusCode::kNotFound) return info;
    return reply.status();
  }
  for (size_t i = 0; i + 1 < reply->items.size(); i += 2) {
    const std::string& name = reply->items[i].text;
    const redis::Reply& value = reply->items[i + 1];
    if (name == "entries-added") info.added = static_cast<uint64_t>(value.integer);
    if (name == "length") info.length = static_cast<uint64_t>(value.integer);
    if (name == "last-generated-id") info.last_id = value.text;
  }
  return info;
}

Task<absl::StatusOr<bool>> IsCluster(redis::Client& client) {
  redis::Command command = redis::Command::Any("INFO", "server");
  absl::StatusOr<redis::Reply> reply = co_await client.Call(std::move(command));
  if (!reply.ok()) co_return reply.status();
  co_return reply->text.find("redis_mode:cluster") != std::string::npos;
}

}  // namespace baodao::events::detail

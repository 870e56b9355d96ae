// How far a group got, kept in Redis.
#include <absl/strings/str_cat.h>

#include <utility>

#include "common/events/detail/group.h"
#include "common/log/log.h"

namespace baodao::events::detail {
namespace {

// After a suspicious start, this many batches are handled one event at a time.
constexpr int kSuspectBatches = 2;

}  // namespace

Task<absl::Status> Group::Load(Shard& shard) {
  std::vector<redis::Command> commands;
  for (const GroupStream* stream : shard.streams) {
    const std::string& key = stream->cursors_key;
    commands.push_back(redis::Command::On(key, "HGET", key, stream->field));
  }
  std::vector<absl::StatusOr<redis::Reply>> replies =
      co_await client_.CallEach(std::move(commands));
  for (size_t i = 0; i < replies.size(); ++i) {
    if (!replies[i].ok()) co_return replies[i].status();
    GroupStream& stream = *shard.streams[i];
    if (replies[i]->IsNil()) {
      absl::Status begun = co_await Begin(stream);
      if (!begun.ok()) co_return begun;
    } else {
      Cursor cursor = ParseCursor(replies[i]->text);
      stream.position = std::move(cursor.id);
      stream.count = cursor.count;
    }
    stream.dirty = false;
    stream.fresh = true;
    stream.suspects = 0;
  }
  co_return absl::OkStatus();
}

// A group that never read this stream starts where the stream starts now, and says so at once: the
// trimmer must know.
Task<absl::Status> Group::Begin(GroupStream& stream) {
  redis::Command ask = redis::Command::On(stream.key, "XINFO", "STREAM", stream.key);
  absl::StatusOr<redis::Reply> reply = co_await client_.Call(std::move(ask));
  const absl::StatusOr<StreamInfo> info = ParseInfo(reply);
  if (!info.ok()) co_return info.status();
  stream.position = "0-0";
  stream.count = info->added - info->length;
  redis::Command tell = redis::Command::On(stream.cursors_key, "HSETNX", stream.cursors_key,
                                           stream.field, Format({stream.position, stream.count}));
  reply = co_await client_.Call(std::move(tell));
  co_return reply.status();
}

// Notes that `id` is about to be handled. Returns how often that was noted and never taken back:
// more than once when an owner before did not live to see the end of it.
Task<int> Group::NoteStart(GroupStream& stream, std::string id) {
  const std::string field = stream.field + "!";
  const std::string& key = stream.cursors_key;
  redis::Command ask = redis::Command::On(key, "HGET", key, field);
  absl::StatusOr<redis::Reply> reply = co_await client_.Call(std::move(ask));
  if (!reply.ok()) co_return 1;  // only less is known about crashes
  const Cursor noted = ParseCursor(reply->text);
  const int starts = noted.id == id ? static_cast<int>(noted.count) + 1 : 1;
  redis::Command tell = redis::Command::On(key, "HSET", key, field,
                                           Format({std::move(id), static_cast<uint64_t>(starts)}));
  (void)co_await client_.Call(std::move(tell));
  if (starts > 1 && stream.fresh) stream.suspects = options_.batch * kSuspectBatches;
  stream.fresh = false;
  co_return starts;
}

// The handler has answered, if only with an error: whoever comes next must not take this owner for
// dead, however often the shard changes hands before the event succeeds. The next one may have
// noted its own start already: that stays counted.
Task<void> Group::TakeNoteBack(GroupStream& stream, std::string id) {
  const std::string field = stream.field + "!";
  const std::string& key = stream.cursors_key;
  redis::Command ask = redis::Command::On(key, "HGET", key, field);
  absl::StatusOr<redis::Reply> reply = co_await client_.Call(std::move(ask));
  if (!reply.ok()) co_return;
  Cursor noted = ParseCursor(reply->text);
  if (noted.id != id || noted.count == 0) co_return;
  --noted.count;
  redis::Command tell = redis::Command::On(key, "HSET", key, field, Format(noted));
  (void)co_await client_.Call(std::move(tell));
}

// The next owner may have gone on by now: an older cursor must not be put over its own.
bool Group::MaySave(const GroupStream& stream) const {
  const Shard& shard = shards_[static_cast<size_t>(stream.shard)];
  return shard.state == Shard::State::kHere ||
         std::chrono::steady_clock::now() - shard.released < options_.heartbeat;
}

Task<void> Group::Save(std::vector<GroupStream*> streams) {
  std::vector<redis::Command> commands;
  for (GroupStream* stream : streams) {
    stream->dirty = false;
    commands.push_back(redis::Command::On(stream->cursors_key, "HSET", stream->cursors_key,
                                          stream->field,
                                          Format({stream->position, stream->count})));
  }
  if (commands.empty()) co_return;
  std::vector<absl::StatusOr<redis::Reply>> replies =
      co_await client_.CallEach(std::move(commands));
  bool failed = false;
  for (size_t i = 0; i < streams.size(); ++i) {
    if (replies[i].ok()) continue;
    streams[i]->dirty = true;
    failed = true;
  }
  if (failed) dirty_.Notify();
}

Task<void> Group::SaveAll() {
  std::vector<GroupStream*> streams;
  for (GroupStream& stream : streams_) {
    if (!stream.dirty) continue;
    if (MaySave(stream)) {
      streams.push_back(&stream);
    } else {
      stream.dirty = false;
    }
  }
  co_await Save(std::move(streams));
}

Task<void> Group::KeepCursors() {
  while (!stopping_) {
    co_await dirty_.Wait();
    if (stopping_) break;
    Signal pause(loop_);
    co_await pause.WaitFor(options_.save_every);
    co_await SaveAll();
  }
  --loops_;
  ended_.Notify();
}

}  // namespace baodao::events::detail

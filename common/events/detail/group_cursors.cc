// How far a group got, kept in Redis.
#include <absl/strings/str_cat.h>

#include <utility>

#include "common/events/detail/group.h"
#include "common/log/log.h"

namespace baodao::events::detail {
namespace {

// After a suspicious start, this many batches are handled one event at a time.
constexpr int kSuspectBatches = 2;

// A cursor is "id|count|term". Both scripts: the hash; the field, ….

// …, what it begins with where there is none. Raises the term and answers the cursor; nil where
// there is none and nothing to begin with.
constexpr char kTake[] = R"(
local cursor = redis.call('HGET', KEYS[1], ARGV[1]) or ARGV[2]
if cursor == '' then return false end
local id, count, term = string.match(cursor, '^([^|]*)|(%d*)|?(%d*)$')
local taken = string.format('%s|%s|%d', id, count, (tonumber(term) or 0) + 1)
redis.call('HSET', KEYS[1], ARGV[1], taken)
return taken
)";

// …, id, count, term. Moves it forward, for whoever took it last: 1, or else 0. One that an
// operator has removed is put there again.
constexpr char kSave[] = R"(
local cursor = redis.call('HGET', KEYS[1], ARGV[1])
if cursor then
  local ms, seq, term = string.match(cursor, '^(%d+)-(%d+)|%d*|?(%d*)$')
  if (tonumber(term) or 0) ~= tonumber(ARGV[4]) then return 0 end
  local new_ms, new_seq = string.match(ARGV[2], '^(%d+)-(%d+)$')
  ms, seq, new_ms, new_seq = tonumber(ms), tonumber(seq), tonumber(new_ms), tonumber(new_seq)
  if new_ms < ms or (new_ms == ms and new_seq < seq) then return 0 end
  if new_ms == ms and new_seq == seq then return 1 end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. '|' .. ARGV[3] .. '|' .. ARGV[4])
return 1
)";

redis::Command TakeCommand(const std::string& key, const std::string& field,
                           const std::string& first) {
  return redis::Command::On(key, "EVAL", kTake, 1, key, field, first);
}

}  // namespace

// A shard that comes here is taken stream by stream: the term of the cursor grows by one, and what
// whoever had it before still puts down is refused from then on.
Task<absl::Status> Group::Load(Shard& shard) {
  std::vector<redis::Command> commands;
  for (const GroupStream* stream : shard.streams) {
    commands.push_back(TakeCommand(stream->cursors_key, stream->field, ""));
  }
  std::vector<absl::StatusOr<redis::Reply>> replies =
      co_await client_.CallEach(std::move(commands));
  for (size_t i = 0; i < replies.size(); ++i) {
    GroupStream& stream = *shard.streams[i];
    if (replies[i].ok() && replies[i]->IsNil()) replies[i] = co_await Begin(stream);
    if (!replies[i].ok()) co_return replies[i].status();
    Cursor cursor = ParseCursor(replies[i]->text);
    stream.position = std::move(cursor.id);
    stream.count = cursor.count;
    stream.term = cursor.term;
    stream.dirty = false;
    stream.fresh = true;
    stream.suspects = 0;
    stream.alone = 0;
  }
  co_return absl::OkStatus();
}

// A group that never read this stream starts where the stream starts now, and says so at once: the
// trimmer must know.
Task<absl::StatusOr<redis::Reply>> Group::Begin(const GroupStream& stream) {
  redis::Command ask = redis::Command::On(stream.key, "XINFO", "STREAM", stream.key);
  const absl::StatusOr<redis::Reply> reply = co_await client_.Call(std::move(ask));
  const absl::StatusOr<StreamInfo> info = ParseInfo(reply);
  if (!info.ok()) co_return info.status();
  Cursor first;
  first.count = info->added - info->length;
  redis::Command take = TakeCommand(stream.cursors_key, stream.field, Format(first));
  co_return co_await client_.Call(std::move(take));
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

Task<void> Group::Save(std::vector<GroupStream*> streams) {
  std::vector<redis::Command> commands;
  std::vector<uint64_t> terms;
  for (GroupStream* stream : streams) {
    stream->dirty = false;
    terms.push_back(stream->term);
    const std::string& key = stream->cursors_key;
    commands.push_back(redis::Command::On(key, "EVAL", kSave, 1, key, stream->field,
                                          stream->position, stream->count, stream->term));
  }
  if (commands.empty()) co_return;
  std::vector<absl::StatusOr<redis::Reply>> replies =
      co_await client_.CallEach(std::move(commands));
  bool failed = false;
  for (size_t i = 0; i < streams.size(); ++i) {
    if (!replies[i].ok()) {
      streams[i]->dirty = true;
      failed = true;
    } else if (replies[i]->integer == 0 && streams[i]->term == terms[i]) {
      Lose(*streams[i]);
    }
  }
  if (failed) dirty_.Notify();
}

// Somebody else has taken it: where this replica stands does not count any more.
void Group::Lose(GroupStream& stream) {
  Shard& shard = shards_[static_cast<size_t>(stream.shard)];
  if (shard.state == Shard::State::kHere) {
    log::Warn("events.shard_lost", {{"group", options_.group}, {"stream", stream.key}});
  }
  Release(shard);
}

Task<void> Group::SaveAll() {
  std::vector<GroupStream*> streams;
  for (GroupStream& stream : streams_) {
    if (stream.dirty) streams.push_back(&stream);
  }
  co_await Save(std::move(streams));
}

// A replica whose streams stand still learns that somebody else has set one of them back.
Task<void> Group::CheckTerms() {
  std::vector<GroupStream*> streams;
  for (const Shard& shard : shards_) {
    if (shard.state != Shard::State::kHere) continue;
    streams.insert(streams.end(), shard.streams.begin(), shard.streams.end());
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

// How far a group got, kept in Redis.
#include <absl/strings/str_cat.h>

#include <utility>

#include "common/events/detail/group.h"
#include "common/log/log.h"

namespace baodao::events::detail {
namespace {

// After a suspicious start, this many batches are handled one event at a time.
constexpr int kSuspectBatches = 2;

// A cursor is "id|count|term".

// The hash; the field, what it begins with where there is none. Raises the term and answers the
// cursor; nil where there is none and nothing to begin with.
constexpr char kTake[] = R"(
local cursor = redis.call('HGET', KEYS[1], ARGV[1]) or ARGV[2]
if cursor == '' then return false end
local id, count, term = string.match(cursor, '^([^|]*)|(%d*)|?(%d*)$')
local taken = string.format('%s|%s|%d', id, count, (tonumber(term) or 0) + 1)
redis.call('HSET', KEYS[1], ARGV[1], taken)
return taken
)";

// The hashes; the field, then id, count and term for each hash. Moves each forward, for whoever
// took it last: 1, or else 0. One that an operator has removed is put there again.
constexpr char kSave[] = R"(
local function save(key, field, id, count, wanted)
  local cursor = redis.call('HGET', key, field)
  if cursor then
    local ms, seq, term = string.match(cursor, '^(%d+)-(%d+)|%d*|?(%d*)$')
    if (tonumber(term) or 0) ~= tonumber(wanted) then return 0 end
    local new_ms, new_seq = string.match(id, '^(%d+)-(%d+)$')
    ms, seq, new_ms, new_seq = tonumber(ms), tonumber(seq), tonumber(new_ms), tonumber(new_seq)
    if new_ms < ms or (new_ms == ms and new_seq < seq) then return 0 end
    if new_ms == ms and new_seq == seq then return 1 end
  end
  redis.call('HSET', key, field, id .. '|' .. count .. '|' .. wanted)
  return 1
end
local saved = {}
for i, key in ipairs(KEYS) do
  saved[i] = save(key, ARGV[1], ARGV[3 * i - 1], ARGV[3 * i], ARGV[3 * i + 1])
end
return saved
)";

}  // namespace

redis::Script Group::TakeScript() { return redis::Script(kTake); }
redis::Script Group::SaveScript() { return redis::Script(kSave); }

// A shard that comes here is taken stream by stream: the term of the cursor grows by one, and what
// whoever had it before still puts down is refused from then on.
Task<absl::Status> Group::Load(Shard& shard) {
  std::vector<redis::Script::Call> calls;
  for (const GroupStream* stream : shard.streams) {
    calls.push_back({{stream->cursors_key}, {stream->field, ""}});
  }
  redis::Script::Replies replies = co_await take_.RunEach(client_, std::move(calls));
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
  redis::Script::Call take{{stream.cursors_key}, {stream.field, Format(first)}};
  co_return co_await take_.Run(client_, std::move(take));
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

Task<void> Group::Save(std::vector<std::vector<GroupStream*>> shards) {
  std::vector<redis::Script::Call> calls;
  std::vector<uint64_t> terms;
  for (const std::vector<GroupStream*>& streams : shards) {
    redis::Script::Call& call = calls.emplace_back();
    call.arguments.push_back(options_.group);
    for (GroupStream* stream : streams) {
      stream->dirty = false;
      terms.push_back(stream->term);
      call.keys.push_back(stream->cursors_key);
      call.arguments.push_back(stream->position);
      call.arguments.push_back(absl::StrCat(stream->count));
      call.arguments.push_back(absl::StrCat(stream->term));
    }
  }
  if (calls.empty()) co_return;
  const redis::Script::Replies replies = co_await save_.RunEach(client_, std::move(calls));
  bool failed = false;
  auto term = terms.begin();
  for (size_t shard = 0; shard < shards.size(); ++shard) {
    for (size_t i = 0; i < shards[shard].size(); ++i, ++term) {
      GroupStream& stream = *shards[shard][i];
      if (!replies[shard].ok()) {
        stream.dirty = true;
        failed = true;
      } else if (replies[shard]->items.at(i).integer == 0 && stream.term == *term) {
        Lose(stream);
      }
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
  std::vector<std::vector<GroupStream*>> dirty;
  for (const Shard& shard : shards_) {
    std::vector<GroupStream*> streams = shard.streams;
    std::erase_if(streams, [](const GroupStream* stream) { return !stream->dirty; });
    if (!streams.empty()) dirty.push_back(std::move(streams));
  }
  co_await Save(std::move(dirty));
}

// A replica whose streams stand still learns that somebody else has set one of them back.
Task<void> Group::CheckTerms() {
  std::vector<std::vector<GroupStream*>> here;
  for (const Shard& shard : shards_) {
    if (shard.state == Shard::State::kHere) here.push_back(shard.streams);
  }
  co_await Save(std::move(here));
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

#include "common/store/memory_data.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <cassert>
#include <cstdlib>
#include <utility>

#include "common/log/log.h"
#include "common/store/detail/binary.h"

namespace baodao::store {
namespace {

std::pair<int64_t, int64_t> ParseStreamId(std::string_view id) {
  const size_t dash = id.find('-');
  std::pair<int64_t, int64_t> parsed{0, 0};
  (void)absl::SimpleAtoi(absl::string_view(id.data(), std::min(dash, id.size())), &parsed.first);
  if (dash != id.npos) {
    const std::string_view rest = id.substr(dash + 1);
    (void)absl::SimpleAtoi(absl::string_view(rest.data(), rest.size()), &parsed.second);
  }
  return parsed;
}

}  // namespace

bool StreamIdLess(std::string_view a, std::string_view b) {
  return ParseStreamId(a) < ParseStreamId(b);
}

template <class Kind>
const Kind* MemoryData::Find(const std::string& key) const {
  const auto found = things_.find(key);
  if (found == things_.end()) return nullptr;
  const Kind* const thing = std::get_if<Kind>(&found->second);
  if (thing == nullptr) {
    log::Error("memory_store.wrong_kind", {{"key", key}});
    std::abort();
  }
  return thing;
}

template const MemoryData::Text* MemoryData::Find(const std::string&) const;
template const MemoryData::Index* MemoryData::Find(const std::string&) const;
template const MemoryData::Hash* MemoryData::Find(const std::string&) const;
template const MemoryData::Stream* MemoryData::Find(const std::string&) const;

template <class Kind>
Kind& MemoryData::Make(const std::string& key) {
  if (const Kind* const found = Find<Kind>(key)) return const_cast<Kind&>(*found);
  return std::get<Kind>(things_.emplace(key, Kind()).first->second);
}

std::optional<std::string> MemoryData::ReadText(const std::string& key, Time now) {
  const Text* const text = Find<Text>(key);
  if (text == nullptr) return std::nullopt;
  if (text->expires && *text->expires <= now) {
    things_.erase(key);
    return std::nullopt;
  }
  return text->bytes;
}

Stored MemoryData::ReadRecord(const std::string& key, Time now) {
  return detail::ParseRecord(ReadText(key, now).value_or(""));
}

void MemoryData::WriteText(const std::string& key, std::string bytes, std::optional<Time> expires) {
  Make<Text>(key) = {std::move(bytes), expires};
}

void MemoryData::IndexAdd(const std::string& key, double score, const std::string& member) {
  Index& index = Make<Index>(key);
  const auto [entry, added] = index.scores.emplace(member, score);
  if (!added) {
    index.order.erase({entry->second, member});
    entry->second = score;
  }
  index.order.emplace(score, member);
}

void MemoryData::IndexRemove(const std::string& key, const std::string& member) {
  if (Find<Index>(key) == nullptr) return;
  Index& index = Make<Index>(key);
  const auto entry = index.scores.find(member);
  if (entry == index.scores.end()) return;
  index.order.erase({entry->second, member});
  index.scores.erase(entry);
  if (index.scores.empty()) things_.erase(key);
}

void MemoryData::RemoveField(const std::string& key, const std::string& field) {
  if (Find<Hash>(key) == nullptr) return;
  Hash& hash = Make<Hash>(key);
  hash.erase(field);
  if (hash.empty()) things_.erase(key);
}

std::string MemoryData::Append(const std::string& key, std::string bytes, Time now,
                               uint64_t max_length) {
  Stream& stream = Make<Stream>(key);
  const int64_t ms = now.time_since_epoch().count();
  if (ms > stream.last_ms) {
    stream.last_ms = ms;
    stream.last_sequence = 0;
  } else {
    ++stream.last_sequence;
  }
  std::string id = absl::StrCat(stream.last_ms, "-", stream.last_sequence);
  stream.entries.push_back({id, std::move(bytes)});
  ++stream.added;
  while (max_length > 0 && stream.entries.size() > max_length) stream.entries.pop_front();
  // A copy: a listener may remove itself.
  const auto listeners = listeners_;
  for (const auto& [number, listener] : listeners) listener(key);
  return id;
}

uint64_t MemoryData::OnAppend(std::function<void(const std::string& key)> listener) {
  listeners_.emplace(next_listener_, std::move(listener));
  return next_listener_++;
}

std::vector<std::string> MemoryData::AllKeys() const {
  std::vector<std::string> keys;
  for (const auto& [key, thing] : things_) keys.push_back(key);
  return keys;
}

// Whether some request stops the commit.
bool MemoryData::Replays(const Commit& commit, const Keys& keys, Time now, CommitOutcome& outcome) {
  for (size_t i = 0; i < commit.requests().size(); ++i) {
    const Commit::Request& request = commit.requests()[i];
    const std::optional<std::string> kept =
        ReadText(keys.Answer(commit.shard(), request.key.caller, request.key.request_id), now);
    if (!kept) continue;
    CommitOutcome::Replay replay = detail::ParseReplay(i, request.key.fingerprint, *kept);
    const bool both_answers = !detail::IsMark(*kept) && !request.marker_only;
    if (both_answers || !replay.same_payload) outcome.replays.push_back(std::move(replay));
  }
  return !outcome.replays.empty();
}

CommitOutcome MemoryData::Apply(const Commit& commit, const Keys& keys, Time now) {
  CommitOutcome outcome;
  if (commit.not_after() && now > *commit.not_after()) {
    outcome.kind = CommitOutcome::Kind::kTooLate;
    return outcome;
  }
  if (Replays(commit, keys, now, outcome)) {
    outcome.kind = CommitOutcome::Kind::kReplayed;
    return outcome;
  }
  outcome.kind = CommitOutcome::Kind::kConflict;
  for (const Commit::Check& check : commit.checks()) {
    if (ReadRecord(check.key, now).version != check.version) return outcome;
  }
  for (const Commit::Write& write : commit.writes()) {
    if (write.op != Commit::Op::kPut && write.op != Commit::Op::kDelete) continue;
    const uint64_t expected = write.op == Commit::Op::kPut ? write.version - 1 : write.version;
    if (ReadRecord(write.key, now).version != expected) return outcome;
  }
  for (const Commit::Request& request : commit.requests()) {
    const std::string key = keys.Answer(commit.shard(), request.key.caller, request.key.request_id);
    if (request.marker_only && ReadText(key, now)) continue;  // an answer stays
    WriteText(key, detail::RequestText(request), now + detail::kAnswerTtl);
  }
  for (const Commit::Write& write : commit.writes()) Write(write, commit, keys, now);
  outcome.kind = CommitOutcome::Kind::kApplied;
  return outcome;
}

void MemoryData::Write(const Commit::Write& write, const Commit& commit, const Keys& keys,
                       Time now) {
  switch (write.op) {
    case Commit::Op::kPut:
      return WriteText(write.key, detail::RecordText(write.version, write.bytes), std::nullopt);
    case Commit::Op::kDelete:
    case Commit::Op::kRemove:
      things_.erase(write.key);
      return;
    case Commit::Op::kIndexAdd:
      return IndexAdd(write.key, write.number, write.member);
    case Commit::Op::kIndexRemove:
      return IndexRemove(write.key, write.member);
    case Commit::Op::kSetField:
      Make<Hash>(write.key)[write.member] = write.bytes;
      return;
    case Commit::Op::kRemoveField:
      return RemoveField(write.key, write.member);
    case Commit::Op::kAppend:
      Append(write.key, write.bytes, now, static_cast<uint64_t>(write.number));
      return;
    case Commit::Op::kEmit:
      Append(keys.Events(commit.shard()), write.bytes, now);
      return;
    case Commit::Op::kSetTimer:
      return IndexAdd(keys.Timers(commit.shard()), write.number, write.member);
    case Commit::Op::kClearTimer:
      return IndexRemove(keys.Timers(commit.shard()), write.member);
  }
}

}  // namespace baodao::store

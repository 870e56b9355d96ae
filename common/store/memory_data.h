// The contents of one Redis as plain containers. Shared by the MemoryStores of all services and
// replicas of a simulation, and readable by tests.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/clock/clock.h"
#include "common/store/commit.h"
#include "common/store/keys.h"
#include "common/store/store.h"

namespace baodao::store {

class MemoryData {
 public:
  // Records are kept as Redis keeps them: version prefix and bytes.
  struct Text {
    std::string bytes;
    std::optional<Time> expires;
  };
  struct Index {
    std::map<std::string, double> scores;
    std::set<std::pair<double, std::string>> order;
  };
  using Hash = std::map<std::string, std::string>;
  struct Stream {
    std::deque<StreamEntry> entries;
    int64_t last_ms = 0;
    int64_t last_sequence = 0;
    uint64_t added = 0;  // ever
  };

  CommitOutcome Apply(const Commit& commit, const Keys& keys, Time now);

  Stored ReadRecord(const std::string& key, Time now);
  std::optional<std::string> ReadText(const std::string& key, Time now);
  // When it ends; nullopt: never, or there is no such text.
  std::optional<Time> ExpiryOf(const std::string& key) const {
    const Text* const text = Find<Text>(key);
    return text == nullptr ? std::nullopt : text->expires;
  }
  void WriteText(const std::string& key, std::string bytes, std::optional<Time> expires);
  void RemoveText(const std::string& key) { things_.erase(key); }
  // Null when there is no such thing; aborts when the key holds another kind: a mistake in the
  // program.
  const Index* FindIndex(const std::string& key) const { return Find<Index>(key); }
  const Hash* FindHash(const std::string& key) const { return Find<Hash>(key); }
  const Stream* FindStream(const std::string& key) const { return Find<Stream>(key); }
  void IndexAdd(const std::string& key, double score, const std::string& member);
  void IndexRemove(const std::string& key, const std::string& member);
  // Returns the entry's id. `max_length` 0: no limit.
  std::string Append(const std::string& key, std::string bytes, Time now, uint64_t max_length = 0);

  // `listener` is called after each append, with the stream's key. Remove it with the number
  // returned.
  uint64_t OnAppend(std::function<void(const std::string& key)> listener);
  void RemoveListener(uint64_t number) { listeners_.erase(number); }

  // Every key there is, in order: for checks after a simulation.
  std::vector<std::string> AllKeys() const;

 private:
  using Thing = std::variant<Text, Index, Hash, Stream>;

  template <class Kind>
  const Kind* Find(const std::string& key) const;
  template <class Kind>
  Kind& Make(const std::string& key);

  bool Replays(const Commit& commit, const Keys& keys, Time now, CommitOutcome& outcome);
  void Write(const Commit::Write& write, const Commit& commit, const Keys& keys, Time now);
  void RemoveField(const std::string& key, const std::string& field);

  std::map<std::string, Thing> things_;
  std::map<uint64_t, std::function<void(const std::string&)>> listeners_;
  uint64_t next_listener_ = 1;
};

// Whether the stream id `a` comes before `b`.
bool StreamIdLess(std::string_view a, std::string_view b);

}  // namespace baodao::store

// A map from texts that lets go of what was longest unused. One thread.
#pragma once

#include <cstddef>
#include <limits>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace baodao {

// Values may be bounded in number, and by the weights their owner gives them (bytes, parts).
// References and pointers to a value are good until it is erased or let go of.
template <class Value>
class LruCache {
 public:
  static constexpr size_t kUnbounded = std::numeric_limits<size_t>::max();

  explicit LruCache(size_t max_size, size_t max_weight = kUnbounded)
      : max_size_(max_size), max_weight_(max_weight) {}
  LruCache(const LruCache&) = delete;  // by_key_ points into entries_
  LruCache& operator=(const LruCache&) = delete;

  // nullptr when there is none. Find is a use of the value, Peek is not.
  Value* Find(std::string_view key) {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : &Use(found->second).value;
  }
  const Value* Peek(std::string_view key) const {
    const auto found = by_key_.find(key);
    return found == by_key_.end() ? nullptr : &found->second->value;
  }

  // Adds the value, or puts it in the place of the one there is, and lets go of others until both
  // bounds hold. The value itself stays, however heavy it is.
  Value& Put(std::string_view key, Value value, size_t weight = 0) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) {
      entries_.push_front({std::string(key), std::move(value), weight});
      by_key_.emplace(entries_.front().key, entries_.begin());
    } else {
      Entry& entry = Use(found->second);
      weight_ -= entry.weight;
      entry.value = std::move(value);
      entry.weight = weight;
    }
    weight_ += weight;
    while (entries_.size() > 1 && (entries_.size() > max_size_ || weight_ > max_weight_)) {
      Drop(by_key_.find(entries_.back().key));
    }
    return entries_.front().value;
  }

  void Erase(std::string_view key) {
    const auto found = by_key_.find(key);
    if (found != by_key_.end()) Drop(found);
  }
  void Clear() {
    by_key_.clear();
    entries_.clear();
    weight_ = 0;
  }

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string key;
    Value value;
    size_t weight;
  };
  using Entries = std::list<Entry>;  // the most recently used first
  using ByKey = std::unordered_map<std::string_view, typename Entries::iterator>;

  Entry& Use(typename Entries::iterator entry) {
    entries_.splice(entries_.begin(), entries_, entry);
    return *entry;
  }
  void Drop(typename ByKey::iterator found) {
    const auto entry = found->second;
    weight_ -= entry->weight;
    by_key_.erase(found);
    entries_.erase(entry);
  }

  size_t max_size_;
  size_t max_weight_;
  size_t weight_ = 0;
  Entries entries_;
  ByKey by_key_;  // views of the entries' keys
};

}  // namespace baodao

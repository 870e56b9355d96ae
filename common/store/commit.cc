#include "common/store/commit.h"

#include <utility>

namespace baodao::store {

void Commit::Put(std::string key, uint64_t expected, std::string bytes) {
  writes_.push_back({Op::kPut, std::move(key), {}, std::move(bytes), 0, expected + 1});
}

void Commit::Delete(std::string key, uint64_t expected) {
  writes_.push_back({Op::kDelete, std::move(key), {}, {}, 0, expected});
}

void Commit::Expect(std::string key, uint64_t expected) {
  checks_.push_back({std::move(key), expected});
}

void Commit::IndexAdd(std::string key, double score, std::string member) {
  writes_.push_back({Op::kIndexAdd, std::move(key), std::move(member), {}, score});
}

void Commit::IndexRemove(std::string key, std::string member) {
  writes_.push_back({Op::kIndexRemove, std::move(key), std::move(member), {}});
}

void Commit::SetField(std::string key, std::string field, std::string bytes) {
  writes_.push_back({Op::kSetField, std::move(key), std::move(field), std::move(bytes)});
}

void Commit::RemoveField(std::string key, std::string field) {
  writes_.push_back({Op::kRemoveField, std::move(key), std::move(field), {}});
}

void Commit::Remove(std::string key) { writes_.push_back({Op::kRemove, std::move(key), {}, {}}); }

void Commit::Append(std::string stream_key, std::string bytes, uint64_t max_length) {
  writes_.push_back(
      {Op::kAppend, std::move(stream_key), {}, std::move(bytes), static_cast<double>(max_length)});
}

void Commit::Emit(std::string event_bytes) {
  writes_.push_back({Op::kEmit, {}, {}, std::move(event_bytes)});
}

void Commit::SetTimer(std::string member, Time due) {
  writes_.push_back({Op::kSetTimer,
                     {},
                     std::move(member),
                     {},
                     static_cast<double>(due.time_since_epoch().count())});
}

void Commit::ClearTimer(std::string member) {
  writes_.push_back({Op::kClearTimer, {}, std::move(member), {}});
}

void Commit::Answer(RequestKey request, std::string answer) {
  requests_.push_back({std::move(request), std::move(answer), false});
}

void Commit::Mark(RequestKey request) { requests_.push_back({std::move(request), {}, true}); }

void Commit::NotAfter(Time time) { not_after_ = time; }

}  // namespace baodao::store

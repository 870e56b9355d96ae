// The writes of one change: records with their lists, timers, events and counted transitions, so
// that no writer can forget one of them.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/areas/tree.h"
#include "common/record/archive.h"
#include "common/record/indexes.h"
#include "common/record/origin.h"
#include "common/record/transitions.h"
#include "common/record/type.h"
#include "common/store/commit.h"
#include "common/timers/timer_loop.h"

namespace baodao::record {

// The kind of the timers at the deadlines of records.
inline constexpr std::string_view kDeadlineTimer = "deadline";

// Loop thread only. Everything lies in one shard.
class Transaction {
 public:
  // The newest tree of areas that this process knows, never null.
  using Tree = std::function<std::shared_ptr<const areas::AreaTree>()>;
  using Edit = std::function<void(events::v1::Event*)>;

  // `keys` and `retirement` (none: nothing leaves) outlive it. The tree is asked when a record is
  // filed: a decision may refresh it.
  Transaction(const store::Keys& keys, Tree tree, int shard, Origin origin,
              const Retirement* retirement = nullptr)
      : keys_(keys),
        tree_(std::move(tree)),
        origin_(std::move(origin)),
        retirement_(retirement),
        commit_(shard) {}

  int shard() const { return commit_.shard(); }
  const Origin& origin() const { return origin_; }
  Time now() const { return origin_.now; }
  // For somebody who comes into being by this very change.
  void set_actor(std::string actor_id) { origin_.actor_id = std::move(actor_id); }

  // Writes what became of `before` (version 0: a new record). `complete` adds to its event, if it
  // has one, what the record does not know. ARCHIVED where it is retired.
  template <class T>
  void Put(const T& type, const Versioned<typename T::Record>& before,
           const typename T::Record& after, const Edit& complete = nullptr);
  // Takes the record out of everything. It has no event.
  template <class T>
  void Delete(const T& type, const Versioned<typename T::Record>& before);
  // Only compares: the commit stops when the record is no longer as it was read.
  template <class T>
  void Expect(const T& type, const std::string& id, uint64_t version) {
    (void)type;
    commit_.Expect(KeyOf<typename T::Record>(id), version);
  }
  // When the clock moves the record next: by its type, or to the archive.
  template <class T>
  std::optional<Time> DueOf(const T& type, const typename T::Record& record) const;
  // Sets the record's timer, or clears it.
  void SetDeadline(const std::string& id, std::optional<Time> due);
  // Fills the header of an event: who, when, in which trace.
  void Fill(events::v1::Event* event) const;
  // An event beside those of the records; its header is filled.
  void Emit(events::v1::Event event);
  // For writes that belong to no record: counters, streams, timers of other kinds.
  store::Commit& commit() { return commit_; }

  // Not OK when something could not be written as it must be: then there is no commit.
  const absl::Status& status() const { return status_; }
  const std::vector<Transition>& transitions() const { return transitions_; }
  store::Commit TakeCommit() { return std::move(commit_); }

  template <class Record>
  std::string KeyOf(std::string_view id) const {
    return keys_.Of(keys_.ShardOfId(id), Named<Record>().name(), id);
  }

 private:
  void Index(const std::string& type, const google::protobuf::EnumDescriptor* states,
             const Indexed* before, const Indexed* after);
  void Note(const std::string& type, int from, int passed, int to);

  const store::Keys& keys_;
  Tree tree_;
  Origin origin_;
  const Retirement* retirement_;
  store::Commit commit_;
  std::vector<Transition> transitions_;
  absl::Status status_;
};

template <class T>
void Transaction::Put(const T& type, const Versioned<typename T::Record>& before,
                      const typename T::Record& after, const Edit& complete) {
  const std::string& id = type.IdOf(after);
  const std::string& name = Named<typename T::Record>().name();
  if (before.retired) status_.Update(Refuse(Reason::ARCHIVED, {{"type", name}, {"id", id}}));
  commit_.Put(KeyOf<typename T::Record>(id), before.version, after.SerializeAsString());
  if (type.IsListed()) {
    std::optional<Indexed> old;
    if (before.exists()) old = Indexed{type.IdOf(before.record), type.PlacesOf(before.record)};
    const Indexed now{id, type.PlacesOf(after)};
    Index(name, type.States(), old ? &*old : nullptr, &now);
  }
  const auto old = before.exists() ? DueOf(type, before.record) : std::nullopt;
  const std::optional<Time> due = DueOf(type, after);
  if (due != old) SetDeadline(id, due);
  if (T::kHasState && type.moves != nullptr) {
    const int passed = type.passed != nullptr ? type.passed(before.record, after) : 0;
    Note(name, before.exists() ? type.StateOf(before.record) : 0, passed, type.StateOf(after));
  }
  events::v1::Event event;
  if (type.event == nullptr || !type.event(before, after, &event)) return;
  if (complete) complete(&event);
  Emit(std::move(event));
}

template <class T>
void Transaction::Delete(const T& type, const Versioned<typename T::Record>& before) {
  const std::string& id = type.IdOf(before.record);
  commit_.Delete(KeyOf<typename T::Record>(id), before.version);
  if (type.IsListed()) {
    const Indexed old{id, type.PlacesOf(before.record)};
    Index(Named<typename T::Record>().name(), type.States(), &old, nullptr);
  }
  if (type.deadline != nullptr || type.over != nullptr) SetDeadline(id, std::nullopt);
}

template <class T>
std::optional<Time> Transaction::DueOf(const T& type, const typename T::Record& record) const {
  const auto due = type.deadline != nullptr ? type.deadline(record) : std::nullopt;
  if (due || retirement_ == nullptr || retirement_->archive == nullptr) return due;
  const std::optional<Time> since = type.OverSince(record);
  if (!since) return std::nullopt;
  return retirement_->CopyAt(Named<typename T::Record>().name(), *since);
}

}  // namespace baodao::record

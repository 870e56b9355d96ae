// Every key of dispatch. {NN} is the shard.
//
//   {NN}dispatch:task:<task>        record  TaskRecord, the root of an aggregate; all of these
//   change only with it: {NN}dispatch:people:<task>      hash    person id → AssignmentRecord
//   {NN}dispatch:waitlist:<task>    index   person ids by waitlist number
//   {NN}dispatch:open:<area>        index   tasks that can be claimed, by start (see TaskScore);
//   likewise {NN}dispatch:live:<area>        index   OPEN, STAFFED and IN_SERVICE tasks
//   {NN}dispatch:done:<area>        index   SERVED and EVALUATED tasks
//   {NN}dispatch:ended:<area>       index   CLOSED, CANCELLED and EXPIRED tasks
//   {NN}dispatch:closed             index   ended tasks by when they ended, for the archive
//   {NN}dispatch:releases           stream  who was shown which contact (Events), kept for audits
//   {NN}dispatch:tries:<task>:<p>   value   wrong sign-in codes of a person
//   {NN}dispatch:places:<task>:<p>  value   positions a person tried to sign in from
//   {NN}dispatch:asked:<person>     index   tasks of the shard that the person has an offer of or
//   waits for, by start
//   {NN}dispatch:calendar:<person>  record  CalendarRecord
//   {NN}dispatch:hours:<person>     record  LedgerRecord, guards
//   {NN}dispatch:ledger:<person>    hash    sequence (20 digits) → LedgerEntry; "task:<task>" →
//   sequence
#pragma once

#include <string>
#include <string_view>

#include "common/store/keys.h"

namespace baodao::dispatch {

// All ids must be well-formed: they carry their shard.
class DispatchKeys {
 public:
  explicit DispatchKeys(store::Keys keys) : keys_(std::move(keys)) {}

  const store::Keys& base() const { return keys_; }
  int ShardOf(std::string_view id) const { return keys_.ShardOfId(id); }

  std::string Task(std::string_view task) const { return OfId("task", task); }
  std::string People(std::string_view task) const { return OfId("people", task); }
  std::string Waitlist(std::string_view task) const { return OfId("waitlist", task); }
  std::string Calendar(std::string_view person) const { return OfId("calendar", person); }
  std::string Hours(std::string_view person) const { return OfId("hours", person); }
  std::string Ledger(std::string_view person) const { return OfId("ledger", person); }
  std::string Tries(std::string_view task, std::string_view person) const {
    return keys_.Of(ShardOf(task), "tries", std::string(task) + ":" + std::string(person));
  }
  std::string PlaceTries(std::string_view task, std::string_view person) const {
    return keys_.Of(ShardOf(task), "places", std::string(task) + ":" + std::string(person));
  }
  // `list` is one of open, live, done, ended.
  std::string List(int shard, std::string_view list, std::string_view area) const {
    return keys_.Of(shard, list, area);
  }
  std::string Asked(int shard, std::string_view person) const {
    return keys_.Of(shard, "asked", person);
  }
  std::string Closed(int shard) const { return keys_.Of(shard, "closed"); }
  std::string Releases(int shard) const { return keys_.Of(shard, "releases"); }

 private:
  std::string OfId(std::string_view kind, std::string_view id) const {
    return keys_.Of(ShardOf(id), kind, id);
  }

  store::Keys keys_;
};

}  // namespace baodao::dispatch

// One task with its people: what every decision of dispatch reads and changes.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "baodao/dispatch/v1/records.pb.h"
#include "common/containers/string_map.h"
#include "services/dispatch/domain/enrollment.h"

namespace baodao::dispatch {

// Assignments as stored, by person id.
using People = StringMap<v1::AssignmentRecord>;

// The stored state plus what decisions have changed on top of it. A batch of calls is decided on
// one Aggregate one after the other; only what changed is written. Decisions look only at people
// the loader put into `stored` (or that it knows to have none).
class Aggregate {
 public:
  // `stored` outlives the aggregate and does not change meanwhile.
  Aggregate(v1::TaskRecord record, const People& stored)
      : record_(std::move(record)), stored_(stored) {}

  const v1::TaskRecord& record() const { return record_; }
  v1::TaskRecord& record() { return record_; }
  const v1::Task& task() const { return record_.task(); }
  v1::Task& task() { return *record_.mutable_task(); }

  // nullptr when the person never was on the task.
  const v1::AssignmentRecord* Find(std::string_view person_id) const;
  v1::AssignmentState StateOf(std::string_view person_id) const;
  // The person's record, to be written; a new one where there was none.
  v1::AssignmentRecord& Change(const std::string& person_id);
  // Everybody loaded, in the order of their ids.
  std::vector<std::string> PeopleIn(v1::AssignmentState state) const;

  // Assignments changed since the aggregate was made, by person id.
  const std::map<std::string, v1::AssignmentRecord, std::less<>>& changed() const {
    return changed_;
  }
  const People& stored() const { return stored_; }

 private:
  v1::TaskRecord record_;
  const People& stored_;
  std::map<std::string, v1::AssignmentRecord, std::less<>> changed_;
};

}  // namespace baodao::dispatch

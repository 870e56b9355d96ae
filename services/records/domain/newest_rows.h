// The rows of several events, folded into those that are to be written.
#pragma once

#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "services/records/domain/rows_of.h"

namespace baodao::records {

// The newest row of each thing, which would replace the others. Refers to the rows it was given.
struct NewestRows {
  template <class Row>
  using ById = std::map<std::string_view, const Row*>;

  void Add(const Rows& rows);

  ById<TaskHead> task_heads;  // those within tasks, too
  ById<TaskRow> tasks;
  std::map<std::pair<std::string_view, std::string_view>, const AssignmentRow*> assignments;
  ById<NeedRow> needs;
  ById<RegistrationRow> registrations;
  ById<UnitRow> units;
  ById<PersonRow> people;
  // Each of these counts.
  std::vector<const TaskStaffed*> staffed;
  std::vector<const ActivationRow*> activations;
  std::vector<const LedgerRow*> ledger;
  std::set<std::string_view> erased_person_ids;
};

}  // namespace baodao::records

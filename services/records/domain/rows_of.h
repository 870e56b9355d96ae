// The changes that an event makes in the archive.
#pragma once

#include <optional>

#include "baodao/events/v1/events.pb.h"
#include "services/records/domain/rows.h"

namespace baodao::records {

struct Rows {
  std::optional<TaskRow> task;
  std::optional<TaskHead> task_head;
  std::optional<AssignmentRow> assignment;
  std::optional<TaskStaffed> staffed;
  std::optional<NeedRow> need;
  std::optional<RegistrationRow> registration;
  std::optional<ActivationRow> activation;
  std::optional<UnitRow> unit;
  std::optional<PersonRow> person;
  std::optional<LedgerRow> ledger;
  // The person whose account was deleted; empty: nobody's.
  std::string erased_person_id;
};

// Nothing for an event that is about none of these. `id` is its place in its stream.
Rows RowsOf(const events::v1::Event& event, const StreamId& id);

}  // namespace baodao::records

// The rows of tasks, assignments, needs, registrations and hours: one struct a table, a member
// a column (see store/tables.h). Times are milliseconds since the epoch, 0 for none; states and
// other enums are the numbers of the API. Nothing here is private.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "services/records/domain/stream_id.h"

namespace baodao::records {

// Whether it is a unit that an id of a registration's subject names; otherwise it is a person.
bool IsUnit(std::string_view subject_id);

// The event that a row was last written from: an older one never undoes it.
struct Source {
  int64_t event_ms = 0;
  int64_t event_seq = 0;

  Source() = default;
  explicit Source(const StreamId& id) : event_ms(id.ms), event_seq(id.seq) {}
};

// The part of a task that events of its assignments tell, too.
struct TaskHead : Source {
  using Source::Source;
  std::string task_id;
  std::string title;
  std::string area_code;
  std::string requester_id;
  std::string need_id;
  int64_t state = 0;
  int64_t slots_max = 0;
  int64_t accepted_count = 0;
  int64_t start_ms = 0;
  int64_t end_ms = 0;
};

struct TaskRow : TaskHead {
  using TaskHead::TaskHead;
  std::string category;
  std::string publisher_id;
  int64_t slots_min = 0;
  int64_t escalation_level = 0;
  int64_t rating = 0;
  int64_t create_ms = 0;
  int64_t update_ms = 0;
};

struct AssignmentRow : Source {
  using Source::Source;
  std::string task_id;
  std::string person_id;
  // The task's, so that a person's history can be read in order and by area.
  int64_t start_ms = 0;
  std::string area_code;
  int64_t state = 0;
  std::string unit_id;
  int64_t accept_ms = 0;
  int64_t sign_in_ms = 0;
  int64_t sign_out_ms = 0;
  int64_t end_cause = 0;
  std::string reason;
  int64_t unit_post = 0;  // 1: on a slot that the unit had claimed
  int64_t update_ms = 0;
};

// That enough people had accepted a task.
struct TaskStaffed {
  std::string task_id;
  int64_t time_ms = 0;
};

struct NeedRow : Source {
  using Source::Source;
  std::string need_id;
  std::string title;
  std::string category;
  std::string area_code;
  int64_t state = 0;
  std::string requester_id;
  std::string task_id;
  int64_t people_wanted = 0;
  int64_t start_ms = 0;
  int64_t end_ms = 0;
  int64_t create_ms = 0;
  int64_t update_ms = 0;
};

struct RegistrationRow : Source {
  using Source::Source;
  std::string registration_id;
  std::string subject_id;
  std::string area_code;
  int64_t kind = 0;
  int64_t state = 0;
  std::string through_unit_id;
  int64_t end_reason = 0;
  int64_t create_ms = 0;
  int64_t update_ms = 0;
};

// A registration became ACTIVE, or ceased to be it. Every event has its own.
struct ActivationRow : Source {
  using Source::Source;
  std::string registration_id;
  std::string area_code;
  int64_t of_unit = 0;  // 1: a unit's
  int64_t delta = 0;    // 1 or -1
  int64_t time_ms = 0;
};

struct UnitRow : Source {
  using Source::Source;
  std::string unit_id;
  std::string name;
  std::string liaison_ids;  // separated by blanks
  int64_t kind = 0;
  std::string area_code;
  std::string categories;  // separated by blanks
};

// A person as they are found.
struct PersonRow : Source {
  using Source::Source;
  std::string person_id;
  std::string search_terms;  // keyed hashes, separated by blanks
  std::string categories;    // separated by blanks
};

// An entry of a person's ledger. It never changes; but where Redis lost its newest ones, others
// come under their numbers.
struct LedgerRow : Source {
  using Source::Source;
  std::string person_id;
  int64_t sequence = 0;
  std::string task_id;
  std::string title;
  std::string unit_id;
  int64_t minutes = 0;
  int64_t reverses = 0;
  int64_t confirmation = 0;  // dispatch.v1.Confirmation
  int64_t time_ms = 0;
  std::string confirmer_id;
  std::string reason;
  std::string hash;       // base64
  int64_t unit_post = 0;  // 1: served on a slot that the unit had claimed
};

}  // namespace baodao::records

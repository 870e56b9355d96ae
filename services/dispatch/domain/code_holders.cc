#include "services/dispatch/domain/code_holders.h"

#include <algorithm>

#include "common/status/macros.h"
#include "services/dispatch/domain/release.h"

namespace baodao::dispatch {

bool IsCodeHolder(const v1::TaskRecord& record, const std::string& person_id) {
  return std::ranges::count(record.code_holder_ids(), person_id) > 0;
}

bool HasHadCodes(const v1::TaskRecord& record, const v1::AssignmentRecord& assignment) {
  return assignment.had_code_key() || IsCodeHolder(record, assignment.assignment().person_id());
}

absl::StatusOr<Effects> DecideNoteCodeHolder(Aggregate& aggregate, const std::string& person_id,
                                             Time now) {
  RETURN_IF_ERROR(CheckNotOver(aggregate.task()));
  const v1::TaskRecord& record = aggregate.record();
  if (IsCodeHolder(record, person_id) || record.code_holder_ids_size() >= kMaxCodeHolders) {
    return Effects();
  }
  aggregate.record().add_code_holder_ids(person_id);
  Change change(aggregate, now);
  return change.Finish();
}

}  // namespace baodao::dispatch

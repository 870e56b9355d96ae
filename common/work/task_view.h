// A task as people see it; see dispatch's TaskService.
#pragma once

#include "baodao/dispatch/v1/task.pb.h"
#include "common/areas/tree.h"
#include "common/clock/clock.h"

namespace baodao::work {

// Leaves out whose it is and what is said of it: requester, need, reason of a cancellation, comment
// and author of the evaluation, who leads. For those who have nothing to do with it.
inline void Redact(dispatch::v1::Task* task) {
  task->clear_requester_id();
  task->clear_need_id();
  task->clear_cancel_reason();
  task->clear_leader_id();
  if (task->has_evaluation()) {
    task->mutable_evaluation()->clear_comment();
    task->mutable_evaluation()->clear_evaluator_id();
  }
}

// Fills in what is not stored of it and is the same for everybody: area_name, publisher_name,
// free_slots.
void Label(const areas::AreaTree& tree, Time now, dispatch::v1::Task* task);

}  // namespace baodao::work

// A task as those see it who have nothing to do with it; see dispatch's TaskService.
#pragma once

#include "baodao/dispatch/v1/task.pb.h"

namespace baodao::work {

// The task without whose it is and what is said of it: requester, need, reason of a cancellation,
// comment and author of the evaluation, who leads.
inline dispatch::v1::Task PublicView(dispatch::v1::Task task) {
  task.clear_requester_id();
  task.clear_need_id();
  task.clear_cancel_reason();
  task.clear_leader_id();
  if (task.has_evaluation()) {
    task.mutable_evaluation()->clear_comment();
    task.mutable_evaluation()->clear_evaluator_id();
  }
  return task;
}

}  // namespace baodao::work

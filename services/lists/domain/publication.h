// Making exactly one task of a need, and following it.
//
// A publication is first written down with its number (Begin), then dispatch is asked, which makes
// the same task however often it is asked for one (need, number), then the outcome is written down
// (Complete or Abandon). A publication that was begun and has not ended is taken up again by the
// caller, by the timer, or by dispatch's own event.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "baodao/dispatch/v1/task.pb.h"
#include "baodao/lists/v1/need.pb.h"
#include "baodao/lists/v1/records.pb.h"
#include "common/clock/clock.h"

namespace baodao::lists {

// Whose request a publication answers.
struct Publisher {
  std::string person_id;
  std::string caller;
  std::string request_id;
  uint64_t fingerprint = 0;
};

// A task as an event or an answer of dispatch describes it.
struct TaskSnapshot {
  std::string task_id;
  dispatch::v1::TaskState state = dispatch::v1::TASK_STATE_UNSPECIFIED;
  uint64_t version = 0;
  // Set for a cancelled task.
  dispatch::v1::NeedOutcome need_outcome = dispatch::v1::NEED_OUTCOME_UNSPECIFIED;
  std::string cancel_reason;
};
TaskSnapshot SnapshotOf(const dispatch::v1::Task& task);

// Checks that a helper can find the requester: OK with a phone and an address or a known place,
// NEED_INCOMPLETE otherwise, which names the missing fields.
absl::Status CheckFindable(const v1::NeedDetails& details);

// Writes the next publication down. `place` is where the task is listed if the need names no place.
// Refusals: NEED_ALREADY_PUBLISHED (also while another publication runs), NEED_NOT_ACCEPTED,
// SLOTS_INVALID, of a need with wishes those of CheckPicked.
absl::Status BeginPublication(v1::NeedRecord* record, const v1::PublishNeedRequest& request,
                              const Publisher& publisher, const common::v1::GeoPoint& place,
                              Time now);

// Whether the running publication was begun by this very request.
bool IsPublishedBy(const v1::NeedRecord& record, const Publisher& publisher);

// The need has its task. Does nothing (false) when no publication runs.
bool CompletePublication(v1::NeedRecord* record, const TaskSnapshot& task, Time now);

// Dispatch refused: the need is as it was before. Does nothing (false) unless publication `attempt`
// runs.
bool AbandonPublication(v1::NeedRecord* record, int attempt, Time now);

// Whether the snapshot is of an earlier task that was served after all, while the publication of
// another runs: what becomes of that decides, so it is to be ended before the need can follow.
bool WaitsForPublication(const v1::NeedRecord& record, const TaskSnapshot& task);

// Moves the need after its task: also to CANCELLED with it, where that is what was said of the
// need, and to EXPIRED, where it passed unserved and so has the time of the need. False when there
// is nothing to write: another need's or an earlier publication's task, a state already seen, or
// one that does not concern the need. Completes a running publication first: only the running one
// can have made a task that the record does not know. An earlier task that turns out to
// have been served resolves a need that has no other.
bool FollowTask(v1::NeedRecord* record, const TaskSnapshot& task, Time now);

}  // namespace baodao::lists

// Other tasks near people whose task fell away: dispatch knows them.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <utility>

#include "baodao/dispatch/v1/nearby.pb.h"
#include "baodao/inbox/v1/records.pb.h"
#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/rpc/client.h"

namespace baodao::inbox {

// dispatch's GetNearbyTasks, on behalf of `options`.
using NearbySource = std::function<Task<absl::StatusOr<dispatch::v1::NearbyTasks>>(
    rpc::CallOptions options, dispatch::v1::GetNearbyTasksRequest request)>;
// `channel` outlives the source.
NearbySource NearbyFromDispatch(rpc::Channel& channel);

// Loop thread only.
class Nearby {
 public:
  // `clock` outlives it.
  Nearby(NearbySource source, Clock& clock) : source_(std::move(source)), clock_(clock) {}

  // Adds to a notice about a task what its person could take near that, where the text of its kind
  // names this. They hear in any case what has become of the task: where dispatch does not answer
  // within a second, nothing is added, and it is not asked again for half a minute. Nor is it asked
  // for notices that are more than ten seconds late: thousands of questions, or slow answers, would
  // keep all that come behind them in their stream waiting.
  Task<void> AddTo(v1::NotificationRecord* notice, std::string person_id, std::string trace_id);

 private:
  NearbySource source_;
  Clock& clock_;
  Time silent_until_{};
};

}  // namespace baodao::inbox

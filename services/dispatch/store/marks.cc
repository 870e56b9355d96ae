#include "services/dispatch/store/marks.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/async/gather.h"
#include "common/status/status.h"
#include "common/store/mutate.h"

namespace baodao::dispatch {
namespace {

// Whether it is certain that nothing was written for it.
bool WroteNothing(const TaskCall& call) {
  switch (call.end) {
    case TaskCall::End::kRefused:
    case TaskCall::End::kExpired:
      return true;
    case TaskCall::End::kReplayed:
      return !call.result.ok();
    default:
      return false;
  }
}

}  // namespace

Task<bool> MarkDecided(store::Store& store, const Calls& decided, Calls& calls) {
  Calls asked;
  std::vector<Task<absl::StatusOr<store::Marking>>> marks;
  for (TaskCall* call : decided) {
    if (!call->mark_shard || call->marked || call->met) continue;
    asked.push_back(call);
    marks.push_back(store.MarkRequest(*call->mark_shard, *call->request));
  }
  if (asked.empty()) co_return true;
  const std::vector<absl::StatusOr<store::Marking>> made = co_await Gather(std::move(marks));
  bool all = true;
  for (size_t i = 0; i < asked.size(); ++i) {
    TaskCall& call = *asked[i];
    call.marked = made[i].ok() && *made[i] == store::Marking::kNew;
    call.met = made[i].ok() && *made[i] == store::Marking::kKnown;
    if (made[i].ok() && *made[i] != store::Marking::kReused) continue;
    all = false;
    if (made[i].ok()) {
      FinishCall(call, TaskCall::End::kReplayed, Refuse(Reason::REQUEST_ID_REUSED));
    } else {
      FinishCall(call, TaskCall::End::kFailed, made[i].status());
    }
    std::erase(calls, &call);
  }
  co_return all;
}

Task<void> SettleMark(store::Store& store, int shard, TaskCall& call) {
  if (!call.mark_shard) co_return;
  if (call.met) {
    if (call.end != TaskCall::End::kApplied) co_return;
    (co_await store.MarkRequest(*call.mark_shard, *call.request)).status().IgnoreError();
    co_return;
  }
  if (!WroteNothing(call)) co_return;
  if (call.marked) {
    const auto answer =
        co_await store::UnmarkRefused(store, *call.mark_shard, shard, *call.request);
    if (!answer.ok()) {
      FinishCall(call, TaskCall::End::kFailed, answer.status());
    } else if (answer->has_value()) {
      FinishCall(call, TaskCall::End::kReplayed, **answer);
    }
    co_return;
  }
  if (call.end != TaskCall::End::kRefused) co_return;
  const auto known = co_await store.FindAnswer(*call.mark_shard, *call.request);
  if (!known.ok()) {
    FinishCall(call, TaskCall::End::kFailed, known.status());
  } else if (known->has_value() && !(*known)->same_payload) {
    FinishCall(call, TaskCall::End::kReplayed, Refuse(Reason::REQUEST_ID_REUSED));
  }
}

}  // namespace baodao::dispatch

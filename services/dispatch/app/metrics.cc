#include "services/dispatch/app/metrics.h"

#include <chrono>

#include "services/dispatch/domain/states.h"

namespace baodao::dispatch {
namespace {

using metrics::Buckets;
using metrics::Type;

constexpr char kTask[] = "task";
constexpr char kAssignment[] = "assignment";
constexpr char kCreditRequest[] = "credit_request";
constexpr char kUnitClaim[] = "unit_claim";
constexpr char kCheckIn[] = "check_in";
constexpr metrics::Spec kTimeToAccept{"baodao_dispatch_time_to_accept_seconds",
                                      Type::kHistogram,
                                      "From publishing a task until enough people have accepted.",
                                      {},
                                      Buckets::kHours};
constexpr metrics::Spec kBatch{"baodao_dispatch_batch_calls",
                               Type::kHistogram,
                               "Calls on one task decided and committed together.",
                               {},
                               Buckets::kCount};
constexpr metrics::Spec kTasks{"baodao_dispatch_tasks",
                               Type::kGauge,
                               "Tasks that have not ended, by state; the same in every replica.",
                               {"state"}};

}  // namespace

Metrics::Metrics(metrics::Registry& registry)
    : transitions_(registry),
      batch_(registry.HistogramOf(kBatch)),
      time_to_accept_(registry.HistogramOf(kTimeToAccept)) {
  for (int state = v1::TASK_STATE_OPEN; state <= v1::TASK_STATE_EVALUATED; ++state) {
    const auto value = static_cast<v1::TaskState>(state);
    tasks_[static_cast<size_t>(state)] = registry.GaugeOf(kTasks, {record::StateName(value)});
  }
  transitions_.Declare(kTask, *v1::TaskState_descriptor(), kTaskMachine.Moves());
  transitions_.Declare(kAssignment, *v1::AssignmentState_descriptor(), kAssignmentMachine.Moves());
  transitions_.Declare(kCreditRequest, *v1::CreditRequestState_descriptor(),
                       kCreditRequestMachine.Moves());
  transitions_.Declare(kUnitClaim, *v1::UnitClaimState_descriptor(), kUnitClaimMachine.Moves());
  transitions_.Declare(kCheckIn, *v1::CheckInState_descriptor(), kCheckInMachine.Moves());
}

TaskObserver Metrics::Observer() {
  TaskObserver observer;
  observer.on_batch = [this](size_t calls) { batch_->Observe(static_cast<double>(calls)); };
  observer.on_transition = [this](const Transition& transition) {
    transitions_.Count({{std::string(transition.record), transition.from, transition.to}});
  };
  observer.on_staffed = [this](Millis took) {
    time_to_accept_->Observe(std::chrono::duration<double>(took).count());
  };
  return observer;
}

void Metrics::SetTasks(v1::TaskState state, size_t count) {
  if (metrics::Gauge* gauge = tasks_.at(static_cast<size_t>(state))) {
    gauge->Set(static_cast<double>(count));
  }
}

}  // namespace baodao::dispatch

#include "services/dispatch/app/metrics.h"

#include <chrono>

#include "services/dispatch/domain/states.h"

namespace baodao::dispatch {
namespace {

using metrics::Buckets;
using metrics::Type;

constexpr metrics::Spec kTaskTransitions{"baodao_dispatch_task_transitions_total",
                                         Type::kCounter,
                                         "Changes of state of tasks.",
                                         {"from", "to"}};
constexpr metrics::Spec kAssignmentTransitions{"baodao_dispatch_assignment_transitions_total",
                                               Type::kCounter,
                                               "Changes of state of assignments.",
                                               {"from", "to"}};
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
    : registry_(registry),
      batch_(registry.HistogramOf(kBatch)),
      time_to_accept_(registry.HistogramOf(kTimeToAccept)) {
  for (int state = v1::TASK_STATE_OPEN; state <= v1::TASK_STATE_EVALUATED; ++state) {
    const auto value = static_cast<v1::TaskState>(state);
    tasks_[static_cast<size_t>(state)] = registry.GaugeOf(kTasks, {std::string(Name(value))});
  }
  CreateTransitions();
}

// All pairs of the tables: a counter that appears with its first increment has not increased in
// Prometheus' eyes.
void Metrics::CreateTransitions() {
  for (int from = 0; from < v1::TaskState_ARRAYSIZE; ++from) {
    for (int event = 0; event < kTaskEvents; ++event) {
      const auto to = Next(static_cast<v1::TaskState>(from), static_cast<TaskEvent>(event));
      if (to) CounterOf({true, from, *to});
    }
  }
  for (int from = 0; from < v1::AssignmentState_ARRAYSIZE; ++from) {
    for (int event = 0; event < kAssignmentEvents; ++event) {
      const auto to =
          Next(static_cast<v1::AssignmentState>(from), static_cast<AssignmentEvent>(event));
      if (to) CounterOf({false, from, *to});
    }
  }
}

TaskObserver Metrics::Observer() {
  TaskObserver observer;
  observer.on_batch = [this](size_t calls) { batch_->Observe(static_cast<double>(calls)); };
  observer.on_transition = [this](const Transition& transition) {
    CounterOf(transition)->Increment();
  };
  observer.on_staffed = [this](Millis took) {
    time_to_accept_->Observe(std::chrono::duration<double>(took).count());
  };
  return observer;
}

metrics::Counter* Metrics::CounterOf(const Transition& transition) {
  auto& counters = transition.of_task ? task_transitions_ : assignment_transitions_;
  metrics::Counter*& counter = counters[{transition.from, transition.to}];
  if (counter == nullptr) {
    const auto name = [&](int state) {
      return std::string(transition.of_task ? Name(static_cast<v1::TaskState>(state))
                                            : Name(static_cast<v1::AssignmentState>(state)));
    };
    counter = registry_.CounterOf(transition.of_task ? kTaskTransitions : kAssignmentTransitions,
                                  {name(transition.from), name(transition.to)});
  }
  return counter;
}

void Metrics::SetTasks(v1::TaskState state, size_t count) {
  if (metrics::Gauge* gauge = tasks_.at(static_cast<size_t>(state))) {
    gauge->Set(static_cast<double>(count));
  }
}

}  // namespace baodao::dispatch

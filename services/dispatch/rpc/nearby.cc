// NearbyService.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/record/parse.h"
#include "common/status/macros.h"
#include "services/dispatch/app/seeker.h"
#include "services/dispatch/domain/states.h"
#include "services/dispatch/domain/times.h"
#include "services/dispatch/rpc/handlers.h"
#include "services/dispatch/store/indexes.h"

namespace baodao::dispatch {
namespace {

constexpr int kMaxNamed = 3;
// So many of the nearest are looked at: the work for one of thousands who are told stays small.
constexpr int kMaxLookedAt = 20;

// The person without the task that they are off: its time may not be given back yet.
void ForgetTask(const std::string& task_id, Seeker* seeker) {
  auto& entries = *seeker->calendar.mutable_entries();
  const auto of_task = [&](const v1::CalendarRecord::Entry& entry) {
    return entry.task_id() == task_id;
  };
  entries.erase(std::remove_if(entries.begin(), entries.end(), of_task), entries.end());
}

void AddNearby(const v1::Task& task, double distance_m, v1::NearbyTasks* nearby) {
  v1::NearbyTask& added = *nearby->add_tasks();
  added.set_task_id(task.task_id());
  added.set_title(task.title());
  *added.mutable_window() = task.window();
  added.set_distance_m(distance_m);
}

}  // namespace

Answer<v1::NearbyTasks> TaskHandlers::GetNearbyTasks(rpc::CallContext context,
                                                     v1::GetNearbyTasksRequest request) {
  CO_ASSIGN_OR_RETURN(const auto known, co_await app_.tasks.Peek(request.task_id(), {}));
  v1::NearbyTasks nearby;
  if (!known->record.task().has_place()) co_return nearby;
  const Time now = app_.clock.Now();
  std::vector<NearIndex::Hit> hits =
      near_.Find(known->record.task().place(), kWalkM, kMaxLookedAt, now);
  std::erase_if(hits, [&](const auto& hit) { return hit.task_id == request.task_id(); });
  if (hits.empty()) co_return nearby;

  CO_ASSIGN_OR_RETURN(Seeker seeker, co_await ReadSeeker(app_, rpc::CallOptions::From(context),
                                                         request.person_id()));
  ForgetTask(request.task_id(), &seeker);
  v1::TaskFilter asked;
  asked.set_may_take(true);
  const TaskFilter filter(asked, std::move(seeker));

  std::vector<std::string> keys;
  keys.reserve(hits.size());
  for (const NearIndex::Hit& hit : hits) keys.push_back(app_.keys.Task(hit.task_id));
  CO_ASSIGN_OR_RETURN(const std::vector<store::Stored> stored,
                      co_await app_.store.GetMany(std::move(keys)));
  for (size_t i = 0; i < hits.size() && nearby.tasks_size() < kMaxNamed; ++i) {
    CO_ASSIGN_OR_RETURN(const auto loaded, record::Parse<v1::TaskRecord>(stored[i]));
    const v1::Task& task = loaded.record.task();
    if (!loaded.exists() || !IsClaimable(task) || JoinUntil(task) <= now || !filter.Fits(task))
      continue;
    AddNearby(task, hits[i].distance_m, &nearby);
  }
  co_return nearby;
}

}  // namespace baodao::dispatch

#include "services/dispatch/workers/task_feed.h"

#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/async/for_each.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "services/dispatch/domain/states.h"
#include "services/dispatch/store/task_list.h"

namespace baodao::dispatch {
namespace {

constexpr int kPage = 500;
// So that Redis reads one while another is taken over.
constexpr size_t kListsAtOnce = 4;

}  // namespace

void TaskFeed::Note(const std::string& task_id, v1::TaskState state, uint64_t version) {
  Seen& seen = seen_[task_id];
  if (seen.version > version) return;
  const auto change = [&](v1::TaskState at, int by) {
    size_t& count = counts_.at(static_cast<size_t>(at));
    count = static_cast<size_t>(static_cast<int64_t>(count) + by);
    metrics_.SetTasks(at, count);
  };
  if (seen.version != 0) change(seen.state, -1);
  if (IsFinal(state)) {
    seen_.erase(task_id);
    return;
  }
  seen = {state, version};
  change(state, +1);
}

Task<absl::Status> TaskFeed::LoadLists(std::string_view name) {
  record::PageQuery all = TasksIn(app_.keys, *app_.tree(), "", std::span(&name, 1));
  const std::vector<std::string> lists = std::exchange(all.lists, {});
  absl::Status failed;
  std::function<Task<void>(size_t)> load = [&](size_t i) -> Task<void> {
    if (!failed.ok()) co_return;
    record::PageQuery query = all;
    // Each by itself: a page merged from all would read a part of every list.
    query.lists = {lists[i]};
    failed.Update(co_await LoadAll(std::move(query)));
  };
  co_await ForEach(lists.size(), kListsAtOnce, std::move(load));
  co_return failed;
}

Task<absl::Status> TaskFeed::LoadAll(record::PageQuery query) {
  query.size = kPage;
  do {
    CO_ASSIGN_OR_RETURN(const record::Page<v1::TaskRecord> page,
                        co_await app_.records.ReadPage(kTask, query));
    for (const auto& found : page.records) {
      const v1::Task& task = found.record.task();
      near_.Apply(task);
      Note(task.task_id(), task.state(), task.version());
    }
    query.after = page.next;
  } while (!query.after.empty());
  co_return absl::OkStatus();
}

Task<absl::Status> TaskFeed::Load() {
  CO_RETURN_IF_ERROR(co_await LoadLists(kLiveList));
  co_return co_await LoadLists(kDoneList);
}

Task<absl::Status> TaskFeed::OnEvent(const events::Delivery& delivery) {
  const events::v1::Event& event = delivery.event;
  if (event.has_task_changed()) {
    const v1::Task& task = event.task_changed().task();
    Note(task.task_id(), task.state(), task.version());
  } else if (event.has_assignment_changed()) {
    const auto& changed = event.assignment_changed();
    Note(changed.assignment().task_id(), changed.task().state(), changed.task().version());
  }
  near_.Apply(event);
  co_return absl::OkStatus();
}

Task<void> TaskFeed::OnGap(std::string service, int) {
  if (service != app_.keys.base().service()) co_return;
  // A handler notices a task that ended unheard before it shows it; the counts begin anew.
  seen_.clear();
  counts_.fill(0);
  const absl::Status status = co_await Load();
  if (!status.ok()) log::Warn("dispatch.snapshot_failed", {{"status", status}});
}

}  // namespace baodao::dispatch

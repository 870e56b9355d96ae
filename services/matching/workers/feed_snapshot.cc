// The snapshots that the index starts from.
#include <absl/container/flat_hash_set.h>

#include <functional>
#include <span>
#include <utility>

#include "common/async/for_each.h"
#include "common/clock/timestamp.h"
#include "common/log/log.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/validate/window.h"
#include "services/matching/workers/feed.h"

namespace baodao::matching {
namespace {

constexpr int kPageSize = 200;
constexpr int kPeoplePageSize = 1'000;

using dispatch::v1::TaskState;

// Work on it is still to come or just done: it bears on who may take what.
constexpr TaskState kLiveStates[] = {
    dispatch::v1::TASK_STATE_OPEN, dispatch::v1::TASK_STATE_STAFFED,
    dispatch::v1::TASK_STATE_IN_SERVICE, dispatch::v1::TASK_STATE_SERVED};
// EXPIRED and CANCELLED: nobody served, and some may have been waited for in vain.
constexpr TaskState kPastStates[] = {
    dispatch::v1::TASK_STATE_EVALUATED, dispatch::v1::TASK_STATE_CLOSED,
    dispatch::v1::TASK_STATE_EXPIRED, dispatch::v1::TASK_STATE_CANCELLED};

dispatch::v1::ListTasksRequest TasksOf(const std::string& area_code,
                                       std::span<const TaskState> states) {
  dispatch::v1::ListTasksRequest request;
  request.set_area_code(area_code);
  for (const TaskState state : states) request.add_states(state);
  request.set_page_size(kPageSize);
  return request;
}

// A task that somebody joins changes: nobody has been on this one yet.
bool IsAsPublished(const DispatchTask& task) { return task.version() == 1; }

// The first error of several calls made at the same time.
class Errors {
 public:
  void Note(const absl::Status& status) {
    if (first_.ok()) first_ = status;
  }
  const absl::Status& first() const { return first_; }

 private:
  absl::Status first_;
};

}  // namespace

std::vector<std::string> IndexFeed::Roots() const {
  std::vector<std::string> roots;
  for (const areas::Area* area : index_.tree().Children("")) roots.push_back(area->code());
  return roots;
}

Task<absl::Status> IndexFeed::LoadTasks() {
  std::vector<std::string> seen;
  for (const std::string& root : Roots()) {
    dispatch::v1::ListTasksRequest request = TasksOf(root, kLiveStates);
    CO_RETURN_IF_ERROR(co_await LoadTasks(&request, &seen));
  }
  co_return co_await Recheck(std::move(seen));
}

Task<void> IndexFeed::LoadHistory() {
  // Everything that ever closed is listed there: by far the most of it counts no more.
  const Time oldest = clock_.Now() - kHistory - validate::kLongestWindow;
  for (const std::string& root : Roots()) {
    dispatch::v1::ListTasksRequest request = TasksOf(root, kPastStates);
    *request.mutable_start_after() = ToTimestamp(oldest);
    for (;;) {
      const absl::Status loaded = co_await LoadTasks(&request, nullptr);
      KeepHouse();
      if (loaded.ok()) break;
      log::Warn("matching.history_failed", {{"status", loaded}});
      if (absl::IsNotFound(loaded)) {  // this area, with the tree of now
        history_due_ = true;
        break;
      }
      // There may be minutes of reading behind us: on from the page that failed.
      if (Is(loaded, Reason::PAGE_TOKEN_EXPIRED) || Is(loaded, Reason::PAGE_TOKEN_INVALID)) {
        request.clear_page_token();
      }
      co_await clock_.SleepFor(kFeedPause);
    }
  }
}

Task<absl::Status> IndexFeed::LoadTasks(dispatch::v1::ListTasksRequest* request,
                                        std::vector<std::string>* seen) {
  absl::StatusOr<dispatch::v1::ListTasksResponse> page =
      co_await dispatch_.ListTasks(rpc::CallOptions(), *request);
  for (;;) {
    CO_RETURN_IF_ERROR(page.status());
    dispatch::v1::ListTasksRequest next = *request;
    next.set_page_token(page->next_page_token());
    const bool more = !next.page_token().empty();
    absl::Status loaded;
    absl::StatusOr<dispatch::v1::ListTasksResponse> following;
    std::function<Task<void>(size_t)> step = [&](size_t i) -> Task<void> {
      if (i == 0 && more) {
        following = co_await dispatch_.ListTasks(rpc::CallOptions(), next);
      } else {
        loaded = co_await LoadPage(*page);
      }
    };
    // dispatch makes the next page while this one is taken over.
    co_await ForEach(more ? 2 : 1, 2, std::move(step));
    CO_RETURN_IF_ERROR(loaded);
    if (seen != nullptr) {
      for (const DispatchTask& task : page->tasks()) seen->push_back(task.task_id());
    }
    *request = std::move(next);
    if (!more) co_return absl::OkStatus();
    page = std::move(following);
  }
}

Task<absl::Status> IndexFeed::LoadPage(const dispatch::v1::ListTasksResponse& page) {
  const Time oldest = clock_.Now() - kHistory;
  Errors errors;
  std::function<Task<void>(size_t)> load = [&](size_t i) -> Task<void> {
    const DispatchTask& task = page.tasks(static_cast<int>(i));
    index_.Apply(task, clock_.Now());
    if (ToTime(task.window().end()) < oldest || IsAsPublished(task)) co_return;
    errors.Note(co_await LoadAssignments(rpc::CallOptions(), task));
  };
  co_await ForEach(static_cast<size_t>(page.tasks_size()),
                   static_cast<size_t>(options_.concurrency), load);
  co_return errors.first();
}

Task<absl::Status> IndexFeed::LoadAssignments(rpc::CallOptions options, dispatch::v1::Task task) {
  std::string token;
  do {
    dispatch::v1::ListTaskAssignmentsRequest request;
    request.set_task_id(task.task_id());
    request.set_page_size(kPeoplePageSize);
    request.set_page_token(token);
    CO_ASSIGN_OR_RETURN(const dispatch::v1::ListTaskAssignmentsResponse page,
                        co_await dispatch_.ListTaskAssignments(options, std::move(request)));
    for (const Assignment& assignment : page.assignments()) index_.Apply(assignment, task);
    token = page.next_page_token();
  } while (!token.empty());
  co_return absl::OkStatus();
}

Task<absl::Status> IndexFeed::Refetch(rpc::CallOptions options, std::string task_id) {
  const absl::StatusOr<dispatch::v1::Task> task = co_await dispatch_.GetTask(options, task_id);
  if (absl::IsNotFound(task.status())) {
    index_.Forget(task_id);
    co_return absl::OkStatus();
  }
  if (!task.ok()) co_return task.status();
  // Applies what came of one that is over.
  index_.Apply(*task, clock_.Now());
  co_return co_await LoadAssignments(options, *task);
}

Task<absl::Status> IndexFeed::Recheck(std::vector<std::string> seen) {
  const absl::flat_hash_set<std::string> listed(seen.begin(), seen.end());
  std::vector<std::string> unlisted;
  for (const auto& [id, task] : index_.tasks()) {
    if (!listed.contains(id)) unlisted.push_back(id);
  }
  for (const std::string& id : unlisted)
    CO_RETURN_IF_ERROR(co_await Refetch(rpc::CallOptions(), id));
  co_return absl::OkStatus();
}

}  // namespace baodao::matching

// Dispatch as far as matching sees it: tasks, assignments, offers, and the events they make.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "baodao/events/v1/events.pb.h"
#include "common/clock/timestamp.h"
#include "common/status/status.h"
#include "services/matching/app/dispatch.h"

namespace baodao::matching::testing {

class FakeDispatch final : public Dispatch {
 public:
  explicit FakeDispatch(Clock& clock) : clock_(clock) {}

  std::map<std::string, dispatch::v1::Task> tasks;
  std::map<std::pair<std::string, std::string>, dispatch::v1::Assignment> assignments;
  // Every call that made an offer, by request id.
  std::map<std::string, dispatch::v1::OfferTaskRequest> offers;
  int offer_calls = 0;
  int pages = 0;                    // of ListTasks
  std::vector<std::string> listed;  // the tasks whose assignments were read
  // Refused with this, when set.
  absl::Status refusal;
  // Unavailable this many times.
  int outages = 0;
  // Once, when `pages` has come to this, with that.
  int fail_after_pages = -1;
  Reason page_failure = Reason::PEER_UNAVAILABLE;
  // Those of the last GetTask or OfferTask.
  rpc::CallOptions options;

  Task<absl::StatusOr<dispatch::v1::ListTasksResponse>> ListTasks(
      rpc::CallOptions, dispatch::v1::ListTasksRequest request) override {
    if (pages == fail_after_pages) {
      fail_after_pages = -1;
      co_return Refuse(page_failure);
    }
    if (outages > 0) {
      --outages;
      co_return Refuse(Reason::PEER_UNAVAILABLE);
    }
    ++pages;
    // Two a page, so that paging is exercised; the token is the last id.
    dispatch::v1::ListTasksResponse response;
    for (const auto& [id, task] : tasks) {
      if (id <= request.page_token()) continue;
      if (std::ranges::count(request.states(), task.state()) == 0) continue;
      if (ToTime(task.window().start()) < ToTime(request.start_after())) continue;
      if (response.tasks_size() == 2) {
        response.set_next_page_token(response.tasks(1).task_id());
        break;
      }
      *response.add_tasks() = task;
    }
    co_return response;
  }

  Task<absl::StatusOr<dispatch::v1::Task>> GetTask(rpc::CallOptions call,
                                                   std::string task_id) override {
    options = std::move(call);
    const auto it = tasks.find(task_id);
    if (it == tasks.end()) co_return NotFound("task", task_id);
    co_return it->second;
  }

  Task<absl::StatusOr<dispatch::v1::ListTaskAssignmentsResponse>> ListTaskAssignments(
      rpc::CallOptions, dispatch::v1::ListTaskAssignmentsRequest request) override {
    listed.push_back(request.task_id());
    dispatch::v1::ListTaskAssignmentsResponse response;
    for (const auto& [key, assignment] : assignments) {
      if (key.first == request.task_id()) *response.add_assignments() = assignment;
    }
    co_return response;
  }

  Task<absl::StatusOr<dispatch::v1::Assignment>> OfferTask(
      rpc::CallOptions call, dispatch::v1::OfferTaskRequest request) override {
    options = std::move(call);
    ++offer_calls;
    if (!refusal.ok()) co_return refusal;
    dispatch::v1::Assignment& assignment = assignments[{request.task_id(), request.person_id()}];
    if (offers.contains(request.request_id())) co_return assignment;
    offers[request.request_id()] = request;
    assignment.set_task_id(request.task_id());
    assignment.set_person_id(request.person_id());
    assignment.set_state(dispatch::v1::ASSIGNMENT_STATE_OFFERED);
    *assignment.mutable_update_time() = ToTimestamp(clock_.Now());
    co_return assignment;
  }

 private:
  Clock& clock_;
};

}  // namespace baodao::matching::testing

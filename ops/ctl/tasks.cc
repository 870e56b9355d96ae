#include <memory>

#include "ops/ctl/task_pages.h"

namespace baodao::ctl {
namespace {

using dispatch::v1::Assignment;
using dispatch::v1::ListTaskAssignmentsResponse;
using dispatch::v1::ListTasksResponse;

struct ListOptions {
  std::string area;
  std::string state;
  std::string category;
  int limit = 50;
};

struct AssignOptions {
  std::string task;
  std::string person;
};

struct CancelOptions {
  std::string task;
  std::string reason;
  std::string need;
};

std::string AssignmentStateName(dispatch::v1::AssignmentState state) {
  return dispatch::v1::AssignmentState_Name(state).substr(std::string("ASSIGNMENT_STATE_").size());
}

Task<absl::Status> List(Session& session, std::shared_ptr<const ListOptions> options) {
  dispatch::v1::ListTasksRequest request;
  request.set_area_code(options->area);
  request.set_category(options->category);
  CO_ASSIGN_OR_RETURN(const dispatch::v1::TaskState state, TaskStateByName(options->state));
  if (state == dispatch::v1::TASK_STATE_UNSPECIFIED) {
    request.set_claimable(true);
  } else {
    request.add_states(state);
  }
  CO_ASSIGN_OR_RETURN(const ListTasksResponse tasks,
                      co_await FetchTasks(session, std::move(request), options->limit));
  if (session.out.json()) {
    session.out.Show(tasks);
    co_return absl::OkStatus();
  }
  Table table({"TASK", "TITLE", "AREA", "START", "STATE", "PEOPLE", "WAITING"});
  for (const auto& task : tasks.tasks()) {
    table.Add({task.task_id(), task.title(), task.area_code(), LocalTime(task.window().start()),
               TaskStateName(task.state()),
               std::to_string(task.accepted_count()) + "/" + std::to_string(task.slots_max()),
               std::to_string(task.waitlist_count())});
  }
  session.out.Show(table);
  co_return absl::OkStatus();
}

Task<absl::Status> Assign(Session& session, std::shared_ptr<const AssignOptions> options) {
  dispatch::v1::AssignTaskRequest request;
  request.set_request_id(NewRequestId());
  request.set_task_id(options->task);
  request.set_person_id(options->person);
  CO_ASSIGN_OR_RETURN(const Assignment assignment,
                      co_await session.Call(session.backend.assignments,
                                            &client::Assignments::AssignTask, std::move(request)));
  if (session.out.json()) {
    session.out.Show(assignment);
  } else {
    session.out.Line(assignment.person_id() + " " + AssignmentStateName(assignment.state()));
  }
  co_return absl::OkStatus();
}

Task<absl::Status> People(Session& session, std::shared_ptr<const std::string> task) {
  dispatch::v1::ListTaskAssignmentsRequest request;
  request.set_task_id(*task);
  request.set_page_size(1'000);
  ListTaskAssignmentsResponse people;
  do {
    CO_ASSIGN_OR_RETURN(const ListTaskAssignmentsResponse page,
                        co_await session.Call(session.backend.assignments,
                                              &client::Assignments::ListTaskAssignments, request));
    people.mutable_assignments()->MergeFrom(page.assignments());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  if (session.out.json()) {
    session.out.Show(people);
    co_return absl::OkStatus();
  }
  Table table({"PERSON", "STATE", "SINCE", "MINUTES"});
  for (const Assignment& assignment : people.assignments()) {
    table.Add({assignment.person_id(), AssignmentStateName(assignment.state()),
               LocalTime(assignment.update_time()), std::to_string(assignment.credited_minutes())});
  }
  session.out.Show(table);
  co_return absl::OkStatus();
}

Task<absl::Status> Cancel(Session& session, std::shared_ptr<const CancelOptions> options) {
  dispatch::v1::CancelTaskRequest request;
  request.set_request_id(NewRequestId());
  request.set_task_id(options->task);
  request.set_reason(options->reason);
  if (options->need == "keep") request.set_need_outcome(dispatch::v1::NEED_OUTCOME_KEEP);
  if (options->need == "cancel") request.set_need_outcome(dispatch::v1::NEED_OUTCOME_CANCEL);
  CO_ASSIGN_OR_RETURN(
      const dispatch::v1::Task task,
      co_await session.Call(session.backend.tasks, &client::Tasks::CancelTask, std::move(request)));
  if (session.out.json()) {
    session.out.Show(task);
  } else {
    session.out.Line(task.task_id() + " " + TaskStateName(task.state()));
  }
  co_return absl::OkStatus();
}

void AddCancel(CLI::App* tasks, Plan& plan) {
  CLI::App* cancel = tasks->add_subcommand("cancel", "Cancels a task before it begins");
  auto options = std::make_shared<CancelOptions>();
  cancel->add_option("TASK", options->task, "Id of the task (tsk_…)")->required();
  cancel->add_option("--reason", options->reason, "What those concerned are told")->required();
  cancel
      ->add_option("--need", options->need,
                   "What becomes of the need the task was made of: keep (help is arranged anew) or "
                   "cancel")
      ->check(CLI::IsMember({"keep", "cancel"}));
  cancel->callback([&plan, options] {
    plan.command = [options](Session& session) { return Cancel(session, options); };
  });
}

void AddList(CLI::App* tasks, Plan& plan) {
  CLI::App* list = tasks->add_subcommand("list", "Tasks of an area's subtree, soonest first");
  auto options = std::make_shared<ListOptions>();
  list->add_option("--area", options->area, "Code of the area")->required();
  list->add_option("--state", options->state,
                   "OPEN, STAFFED, IN_SERVICE, SERVED, EVALUATED, CLOSED, CANCELLED or EXPIRED; "
                   "without it: what can be claimed");
  list->add_option("--category", options->category, "Kind of work");
  list->add_option("--limit", options->limit, "At most so many")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  list->footer("Example:\n  baodaoctl tasks list --area 310110 --state OPEN --json");
  list->callback([&plan, options] {
    plan.command = [options](Session& session) { return List(session, options); };
  });
}

}  // namespace

void AddTasks(CLI::App& app, Plan& plan) {
  CLI::App* tasks = app.add_subcommand("tasks", "Tasks and the people on them");
  tasks->require_subcommand(1);
  AddList(tasks, plan);
  AddConfirm(tasks, plan);
  AddCancel(tasks, plan);

  CLI::App* assign = tasks->add_subcommand("assign", "Puts a person on a task");
  auto assign_options = std::make_shared<AssignOptions>();
  assign->add_option("TASK", assign_options->task, "Id of the task (tsk_…)")->required();
  assign->add_option("PERSON", assign_options->person, "Id of the person (per_…)")->required();
  assign->footer("With the checks of a claim: slots, overlap, hours, skills, credentials, area.");
  assign->callback([&plan, assign_options] {
    plan.command = [assign_options](Session& session) { return Assign(session, assign_options); };
  });

  CLI::App* people = tasks->add_subcommand("people", "Everybody on a task");
  auto task = std::make_shared<std::string>();
  people->add_option("TASK", *task, "Id of the task (tsk_…)")->required();
  people->callback(
      [&plan, task] { plan.command = [task](Session& session) { return People(session, task); }; });
}

}  // namespace baodao::ctl

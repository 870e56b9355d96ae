#include <memory>
#include <optional>

#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "ops/ctl/task_pages.h"

namespace baodao::ctl {
namespace {

struct ConfirmOptions {
  std::string task;
  std::string person;
  std::string from;
  std::string to;
  std::string reason;
};

// "2025-06-02 09:00" in China's time, as LocalTime shows it.
absl::StatusOr<google::protobuf::Timestamp> TimeOf(const std::string& text) {
  const std::optional<Time> time = FromLocalTime(text);
  if (!time) return absl::InvalidArgumentError(text + " is no time like 2025-06-02 09:00");
  return ToTimestamp(*time);
}

Task<absl::Status> Confirm(Session& session, std::shared_ptr<const ConfirmOptions> options) {
  dispatch::v1::GetTaskRequest get;
  get.set_task_id(options->task);
  CO_ASSIGN_OR_RETURN(const dispatch::v1::Task task,
                      co_await session.Call(session.backend.tasks, &client::Tasks::GetTask, get));
  dispatch::v1::ConfirmServiceRequest request;
  request.set_request_id(NewRequestId());
  request.set_task_id(options->task);
  request.set_reason(options->reason);
  auto& service = *request.add_services();
  service.set_person_id(options->person);
  *service.mutable_served() = task.window();
  if (!options->from.empty()) {
    CO_ASSIGN_OR_RETURN(*service.mutable_served()->mutable_start(), TimeOf(options->from));
  }
  if (!options->to.empty()) {
    CO_ASSIGN_OR_RETURN(*service.mutable_served()->mutable_end(), TimeOf(options->to));
  }
  CO_ASSIGN_OR_RETURN(
      const dispatch::v1::Task confirmed,
      co_await session.Call(session.backend.assignments, &client::Assignments::ConfirmService,
                            std::move(request)));
  if (session.out.json()) {
    session.out.Show(confirmed);
  } else {
    session.out.Line(confirmed.task_id() + " " + TaskStateName(confirmed.state()));
  }
  co_return absl::OkStatus();
}

}  // namespace

void AddConfirm(CLI::App* tasks, Plan& plan) {
  CLI::App* confirm =
      tasks->add_subcommand("confirm", "Confirms after the fact that a person served");
  auto options = std::make_shared<ConfirmOptions>();
  confirm->add_option("TASK", options->task, "Id of the task (tsk_…)")->required();
  confirm->add_option("PERSON", options->person, "Id of the person (per_…)")->required();
  confirm->add_option("--reason", options->reason, "Why there is no sign-in")->required();
  confirm->add_option("--from", options->from,
                      "When they came, in China's time (2025-06-02 09:00); without it: the start");
  confirm->add_option("--to", options->to, "When they left; without it: the end");
  confirm->footer("From the end of the task until 30 days after it.");
  confirm->callback([&plan, options] {
    plan.command = [options](Session& session) { return Confirm(session, options); };
  });
}

}  // namespace baodao::ctl

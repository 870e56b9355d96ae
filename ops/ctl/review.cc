#include <memory>

#include "ops/ctl/session.h"

namespace baodao::ctl {
namespace {

using namespace registration::v1;  // NOLINT: only messages

struct QueueOptions {
  std::string area;
  std::string state = "PENDING";
  int limit = 50;
};

struct DecisionOptions {
  std::string id;
  std::string comment;
};

absl::StatusOr<RegistrationState> StateByName(const std::string& name) {
  RegistrationState state;
  if (RegistrationState_Parse("REGISTRATION_STATE_" + name, &state)) return state;
  return absl::InvalidArgumentError("--state: there is no state " + name);
}

std::string StateName(RegistrationState state) {
  return RegistrationState_Name(state).substr(std::string("REGISTRATION_STATE_").size());
}

void Show(Session& session, const ListRegistrationsResponse& queue) {
  if (session.out.json()) return session.out.Show(queue);
  Table table({"REGISTRATION", "SUBJECT", "AREA", "STATE", "SINCE", "NOTE"});
  for (const Registration& registration : queue.registrations()) {
    table.Add({registration.registration_id(), registration.subject_id(), registration.area_code(),
               StateName(registration.state()), LocalTime(registration.create_time()),
               registration.note()});
  }
  session.out.Show(table);
}

Task<absl::Status> Queue(Session& session, std::shared_ptr<const QueueOptions> options) {
  ListRegistrationsRequest request;
  request.set_area_code(options->area);
  CO_ASSIGN_OR_RETURN(const RegistrationState state, StateByName(options->state));
  if (state != 0) request.add_states(state);
  ListRegistrationsResponse queue;
  do {
    request.set_page_size(std::min(200, options->limit - queue.registrations_size()));
    CO_ASSIGN_OR_RETURN(const ListRegistrationsResponse page,
                        co_await session.Call(session.backend.registrations,
                                              &client::Registrations::ListRegistrations, request));
    queue.mutable_registrations()->MergeFrom(page.registrations());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && queue.registrations_size() < options->limit);
  Show(session, queue);
  co_return absl::OkStatus();
}

Task<absl::Status> Decide(Session& session, bool approve,
                          std::shared_ptr<const DecisionOptions> options) {
  ReviewRegistrationRequest request;
  request.set_request_id(NewRequestId());
  request.set_registration_id(options->id);
  request.set_verdict(approve ? registration::v1::REGISTRATION_VERDICT_APPROVE
                              : registration::v1::REGISTRATION_VERDICT_REJECT);
  request.set_comment(options->comment);
  CO_ASSIGN_OR_RETURN(
      const Registration registration,
      co_await session.Call(session.backend.registrations,
                            &client::Registrations::ReviewRegistration, std::move(request)));
  if (session.out.json()) {
    session.out.Show(registration);
  } else {
    session.out.Line(registration.registration_id() + " " + StateName(registration.state()));
  }
  co_return absl::OkStatus();
}

void AddDecision(CLI::App* review, Plan& plan, bool approve) {
  CLI::App* command = approve ? review->add_subcommand("approve", "PENDING → ACTIVE")
                              : review->add_subcommand("reject", "PENDING → REJECTED");
  auto options = std::make_shared<DecisionOptions>();
  command->add_option("ID", options->id, "Id of the registration (reg_…)")->required();
  command->add_option("--comment", options->comment, "What the applicant is told")
      ->required(!approve);
  command->callback([&plan, options, approve] {
    plan.command = [options, approve](Session& session) {
      return Decide(session, approve, options);
    };
  });
}

}  // namespace

void AddReview(CLI::App& app, Plan& plan) {
  CLI::App* review = app.add_subcommand("review", "Registrations that wait for a decision");
  review->require_subcommand(1);
  CLI::App* queue =
      review->add_subcommand("queue", "What waits in an area's subtree, oldest first");
  auto options = std::make_shared<QueueOptions>();
  queue->add_option("--area", options->area, "Code of the area")->required();
  queue->add_option("--state", options->state, "PENDING, ACTIVE, SUSPENDED, ENDED or REJECTED")
      ->capture_default_str();
  queue->add_option("--limit", options->limit, "At most so many")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  queue->footer("Example:\n  baodaoctl review queue --area 310110");
  queue->callback([&plan, options] {
    plan.command = [options](Session& session) { return Queue(session, options); };
  });
  AddDecision(review, plan, true);
  AddDecision(review, plan, false);
}

}  // namespace baodao::ctl

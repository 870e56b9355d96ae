#include <memory>

#include "ops/ctl/session.h"

namespace baodao::ctl {
namespace {

struct CancelNeedOptions {
  std::string id;
  std::string reason;
};

Task<absl::Status> CancelNeed(Session& session, std::shared_ptr<const CancelNeedOptions> options) {
  lists::v1::CancelNeedRequest request;
  request.set_request_id(NewRequestId());
  request.set_need_id(options->id);
  request.set_reason(options->reason);
  CO_ASSIGN_OR_RETURN(
      const lists::v1::Need need,
      co_await session.Call(session.backend.needs, &client::Needs::CancelNeed, std::move(request)));
  if (session.out.json()) {
    session.out.Show(need);
  } else {
    session.out.Line(need.need_id() + " CANCELLED");
  }
  co_return absl::OkStatus();
}

}  // namespace

void AddNeeds(CLI::App& app, Plan& plan) {
  CLI::App* needs = app.add_subcommand("needs", "Needs of residents");
  needs->require_subcommand(1);
  CLI::App* cancel = needs->add_subcommand(
      "cancel", "Ends a need that nobody serves yet, and the task that was made of it");
  auto options = std::make_shared<CancelNeedOptions>();
  cancel->add_option("NEED", options->id, "Id of the need (ned_…)")->required();
  cancel->add_option("--reason", options->reason, "What the requester and the volunteers are told")
      ->required();
  cancel->callback([&plan, options] {
    plan.command = [options](Session& session) { return CancelNeed(session, options); };
  });
}

}  // namespace baodao::ctl

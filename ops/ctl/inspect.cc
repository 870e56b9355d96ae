// Any record as JSON, from the service that owns it.
#include <memory>

#include "common/validate/text.h"
#include "ops/ctl/session.h"

namespace baodao::ctl {
namespace {

// One call whose answer is shown.
template <class Service, class Req, class Resp>
Task<absl::Status> Fetch(Session& session, rpc::Client<Service>& client,
                         rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Req, Resp> method,
                         Req request) {
  CO_ASSIGN_OR_RETURN(const Resp answer, co_await session.Call(client, method, std::move(request)));
  session.out.Show(answer);
  co_return absl::OkStatus();
}

Task<absl::Status> InspectPerson(Session& session, std::string id) {
  registration::v1::GetPersonRequest request;
  request.set_person_id(std::move(id));
  return Fetch(session, session.backend.people, &client::People::GetPerson, std::move(request));
}

Task<absl::Status> InspectUnit(Session& session, std::string id) {
  registration::v1::GetUnitRequest request;
  request.set_unit_id(std::move(id));
  return Fetch(session, session.backend.units, &client::Units::GetUnit, std::move(request));
}

Task<absl::Status> InspectServicePoint(Session& session, std::string id) {
  registration::v1::GetServicePointRequest request;
  request.set_service_point_id(std::move(id));
  return Fetch(session, session.backend.service_points, &client::ServicePoints::GetServicePoint,
               std::move(request));
}

Task<absl::Status> InspectRegistration(Session& session, std::string id) {
  registration::v1::GetRegistrationRequest request;
  request.set_registration_id(std::move(id));
  return Fetch(session, session.backend.registrations, &client::Registrations::GetRegistration,
               std::move(request));
}

Task<absl::Status> InspectNeed(Session& session, std::string id) {
  lists::v1::GetNeedRequest request;
  request.set_need_id(std::move(id));
  return Fetch(session, session.backend.needs, &client::Needs::GetNeed, std::move(request));
}

Task<absl::Status> InspectResource(Session& session, std::string id) {
  lists::v1::GetResourceRequest request;
  request.set_resource_id(std::move(id));
  return Fetch(session, session.backend.resources, &client::Resources::GetResource,
               std::move(request));
}

Task<absl::Status> InspectProject(Session& session, std::string id) {
  lists::v1::GetProjectRequest request;
  request.set_project_id(std::move(id));
  return Fetch(session, session.backend.projects, &client::Projects::GetProject,
               std::move(request));
}

Task<absl::Status> InspectTask(Session& session, std::string id) {
  dispatch::v1::GetTaskRequest request;
  request.set_task_id(std::move(id));
  return Fetch(session, session.backend.tasks, &client::Tasks::GetTask, std::move(request));
}

Task<absl::Status> InspectArea(Session& session, std::string id) {
  registration::v1::GetAreaRequest request;
  request.set_code(std::move(id));
  return Fetch(session, session.backend.areas, &client::Areas::GetArea, std::move(request));
}

struct Kind {
  std::string_view prefix;
  Task<absl::Status> (*inspect)(Session&, std::string);
};

constexpr Kind kKinds[] = {
    {"per_", InspectPerson}, {"unt_", InspectUnit},         {"reg_", InspectRegistration},
    {"ned_", InspectNeed},   {"res_", InspectResource},     {"prj_", InspectProject},
    {"tsk_", InspectTask},   {"spt_", InspectServicePoint},
};

Task<absl::Status> Inspect(Session& session, std::shared_ptr<const std::string> id) {
  for (const Kind& kind : kKinds) {
    if (id->starts_with(kind.prefix)) co_return co_await kind.inspect(session, *id);
  }
  // What is left may be the code of an area.
  if (validate::FitsFormat(validate::v1::FORMAT_AREA_CODE, *id)) {
    co_return co_await InspectArea(session, *id);
  }
  co_return absl::InvalidArgumentError("\"" + *id +
                                       "\" is no id of a record; see baodaoctl inspect --help");
}

}  // namespace

void AddInspect(CLI::App& app, Plan& plan) {
  CLI::App* inspect = app.add_subcommand("inspect", "Any record as JSON");
  auto id = std::make_shared<std::string>();
  inspect
      ->add_option("ID", *id,
                   "per_… person, unt_… unit, spt_… service point, reg_… registration, ned_… need, "
                   "res_… resource, "
                   "prj_… project, tsk_… task, or the code of an area")
      ->required();
  inspect->footer(
      "Private fields are shown as the caller may see them.\n"
      "Example:\n  baodaoctl inspect 310110001001");
  inspect->callback(
      [&plan, id] { plan.command = [id](Session& session) { return Inspect(session, id); }; });
}

}  // namespace baodao::ctl

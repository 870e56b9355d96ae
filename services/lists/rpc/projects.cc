// ProjectService.
#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/units/liaisons.h"
#include "services/lists/rpc/services.h"

namespace baodao::lists {
namespace {

using ProjectAnswer = Task<absl::StatusOr<v1::Project>>;

ProjectAnswer CreateProject(App& app, rpc::CallContext context, v1::CreateProjectRequest request) {
  const auto make = [&](record::Transaction& transaction,
                        std::string) -> Task<absl::StatusOr<v1::ProjectRecord>> {
    v1::ProjectRecord record;
    *record.mutable_project() = NewProject(request, context.caller().person_id, transaction.now());
    co_return record;
  };
  co_return co_await app.records.Create(context, request, kProject, make);
}

ProjectAnswer GetProject(App& app, rpc::CallContext context, v1::GetProjectRequest request) {
  return app.records.Get(std::move(context), kProject, request.project_id());
}

Task<absl::StatusOr<v1::ListProjectsResponse>> ListProjects(App& app, rpc::CallContext context,
                                                            v1::ListProjectsRequest request) {
  CO_ASSIGN_OR_RETURN(record::PageQuery query, co_await app.records.AskedFor(kProject, request));
  co_return co_await app.records.List(context, kProject, request, std::move(query),
                                      &v1::ListProjectsResponse::add_projects);
}

Task<absl::StatusOr<v1::ListProjectsResponse>> ListMyProjects(App& app, rpc::CallContext context,
                                                              v1::ListMyProjectsRequest request) {
  std::string whose = context.caller().person_id;
  if (request.followed()) {
    if (!request.unit_id().empty()) co_return RefuseField("unit_id", ViolationKind::NOT_ALLOWED);
    whose = FollowedBy(whose);
  } else if (!request.unit_id().empty()) {
    CO_RETURN_IF_ERROR(co_await CheckLiaison(context, app.peers, request.unit_id()));
    whose = request.unit_id();
  }
  co_return co_await app.records.List(context, kProject, request,
                                      app.records.Of(kProject, whose, request.states()),
                                      &v1::ListProjectsResponse::add_projects);
}

template <class Request>
ProjectAnswer ChangeProject(App& app, rpc::CallContext context, const Request& request,
                            std::function<absl::Status(v1::Project*, Time)> change) {
  const auto apply = [&change](v1::ProjectRecord* record, Time now) {
    record->clear_reminded();
    RETURN_IF_ERROR(change(record->mutable_project(), now));
    LetFollowersGo(record);
    return absl::OkStatus();
  };
  co_return co_await app.records.Change(context, request, kProject, request.project_id(), apply);
}

ProjectAnswer UpdateProject(App& app, rpc::CallContext context, v1::UpdateProjectRequest request) {
  const auto update = [&](v1::ProjectRecord* record, Time now) {
    return lists::Update(record->mutable_project(), request, now);
  };
  co_return co_await app.records.Change(context, request, kProject, request.project_id(), update);
}

ProjectAnswer FollowProject(App& app, rpc::CallContext context, v1::FollowProjectRequest request) {
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  const auto follow = [&](v1::ProjectRecord* record, Time) {
    return Follow(record, context.caller().person_id);
  };
  co_return co_await app.records.Change(context, request, kProject, request.project_id(), follow);
}

ProjectAnswer UnfollowProject(App& app, rpc::CallContext context,
                              v1::FollowProjectRequest request) {
  const auto unfollow = [&](v1::ProjectRecord* record, Time) {
    Unfollow(record, context.caller().person_id);
    return absl::OkStatus();
  };
  co_return co_await app.records.Change(context, request, kProject, request.project_id(), unfollow);
}

ProjectAnswer MoveProject(App& app, rpc::CallContext context, v1::ChangeProjectRequest request,
                          ProjectEvent event) {
  const auto change = [&](v1::Project* project, Time now) {
    return lists::Change(project, event, request.comment(), now);
  };
  co_return co_await ChangeProject(app, context, request, change);
}

ProjectAnswer ClaimProject(App& app, rpc::CallContext context, v1::ClaimProjectRequest request) {
  CO_RETURN_IF_ERROR(co_await CheckLiaison(context, app.peers, request.unit_id()));
  const auto change = [&](v1::Project* project, Time now) {
    return lists::Claim(project, request.unit_id(), context.caller().person_id, now);
  };
  co_return co_await ChangeProject(app, context, request, change);
}

// OWN_SERVICE for whoever speaks for the unit that has it.
Task<absl::Status> CheckOfAnotherUnit(App& app, rpc::CallContext context, std::string unit_id) {
  if (unit_id.empty() || !context.caller().IsPerson()) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const registration::v1::Unit unit,
                      co_await app.peers.GetUnit(rpc::CallOptions::From(context), unit_id));
  if (units::IsLiaison(unit, context.caller().person_id)) co_return Refuse(Reason::OWN_SERVICE);
  co_return absl::OkStatus();
}

ProjectAnswer EvaluateProject(App& app, rpc::CallContext context,
                              v1::EvaluateProjectRequest request) {
  const std::function<Task<absl::Status>(record::Transaction&, v1::ProjectRecord*)> evaluate =
      [&](record::Transaction& transaction, v1::ProjectRecord* record) -> Task<absl::Status> {
    v1::Project* const project = record->mutable_project();
    CO_RETURN_IF_ERROR(co_await CheckOfAnotherUnit(app, context, project->unit_id()));
    record->clear_reminded();
    CO_RETURN_IF_ERROR(lists::Evaluate(project, request.rating(), request.comment(),
                                       context.caller().person_id, transaction.now()));
    LetFollowersGo(record);
    co_return absl::OkStatus();
  };
  co_return co_await app.records.Change(context, request, kProject, request.project_id(), evaluate);
}

}  // namespace

void RegisterProjects(App& app, rpc::Router& router) {
  const std::string service = "baodao.lists.v1.ProjectService/";
  router.Unary(service + "CreateProject", app, &CreateProject);
  router.Unary(service + "GetProject", app, &GetProject);
  router.Unary(service + "ListProjects", app, &ListProjects);
  router.Unary(service + "ListMyProjects", app, &ListMyProjects);
  router.Unary(service + "UpdateProject", app, &UpdateProject);
  router.Unary(service + "FollowProject", app, &FollowProject);
  router.Unary(service + "UnfollowProject", app, &UnfollowProject);
  router.Unary(service + "ClaimProject", app, &ClaimProject);
  router.Unary(service + "EvaluateProject", app, &EvaluateProject);
  const std::pair<const char*, ProjectEvent> moves[] = {
      {"ApproveProject", ProjectEvent::kApprove}, {"RejectProject", ProjectEvent::kReject},
      {"CancelProject", ProjectEvent::kCancel},   {"ReleaseProject", ProjectEvent::kRelease},
      {"StartProject", ProjectEvent::kStart},     {"CompleteProject", ProjectEvent::kComplete},
  };
  for (const auto& [method, event] : moves) {
    router.Unary<v1::ChangeProjectRequest, v1::Project>(
        service + method,
        [&app, event = event](rpc::CallContext context, v1::ChangeProjectRequest request) {
          return MoveProject(app, std::move(context), std::move(request), event);
        });
  }
}

}  // namespace baodao::lists

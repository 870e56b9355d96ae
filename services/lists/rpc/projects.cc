// ProjectService.
#include <utility>

#include "common/status/macros.h"
#include "services/lists/rpc/services.h"

namespace baodao::lists {
namespace {

Task<absl::StatusOr<v1::Project>> CreateProject(App& app, rpc::CallContext context,
                                                v1::CreateProjectRequest request) {
  const auto tree = app.records.tree();
  CO_RETURN_IF_ERROR(areas::CheckKnown(*tree, request.area_code()));
  record::Decide<v1::Project> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::Project>> {
    CO_RETURN_IF_ERROR(areas::CheckOpen(*tree, request.area_code()));
    v1::ProjectRecord record;
    *record.mutable_project() = NewProject(request, context.caller().person_id, transaction.now());
    record.mutable_project()->set_project_id(app.records.NewId(kProject, transaction.shard()));
    transaction.Put(kProject, {}, record);
    co_return record.project();
  };
  co_return co_await app.daily_limit.Add(app.records, "project", context, request,
                                         app.records.ShardOf(request.area_code()),
                                         std::move(decide));
}

Task<absl::StatusOr<v1::Project>> GetProject(App& app, rpc::CallContext context,
                                             v1::GetProjectRequest request) {
  CO_ASSIGN_OR_RETURN(auto loaded,
                      co_await app.records.Load(context, kProject, request.project_id()));
  co_return std::move(*loaded.record.mutable_project());
}

Task<absl::StatusOr<v1::ListProjectsResponse>> ListProjects(App& app, rpc::CallContext context,
                                                            v1::ListProjectsRequest request) {
  CO_RETURN_IF_ERROR(areas::CheckKnown(*app.records.tree(), request.area_code()));
  record::PageQuery query = app.records.InArea(kProject, request.area_code(), request.states());
  query.tag = request.category();
  const auto show = [](v1::ListProjectsResponse* response,
                       record::Versioned<v1::ProjectRecord> found) {
    *response->add_projects() = std::move(*found.record.mutable_project());
    return absl::OkStatus();
  };
  co_return co_await app.records.List<v1::ListProjectsResponse, v1::ProjectRecord>(
      context, kProject, request, std::move(query), show);
}

template <class Request>
Task<absl::StatusOr<v1::Project>> ChangeProject(
    App& app, rpc::CallContext context, const Request& request,
    std::function<absl::Status(v1::Project*, Time)> change) {
  const auto apply = [&change](v1::ProjectRecord* record, Time now) {
    record->clear_reminded();
    return change(record->mutable_project(), now);
  };
  CO_ASSIGN_OR_RETURN(v1::ProjectRecord record,
                      co_await app.records.Change<v1::ProjectRecord>(context, request, kProject,
                                                                     request.project_id(), apply));
  co_return std::move(*record.mutable_project());
}

Task<absl::StatusOr<v1::Project>> MoveProject(App& app, rpc::CallContext context,
                                              v1::ChangeProjectRequest request,
                                              ProjectEvent event) {
  const auto change = [&](v1::Project* project, Time now) {
    return lists::Change(project, event, request.comment(), now);
  };
  co_return co_await ChangeProject(app, context, request, change);
}

Task<absl::StatusOr<v1::Project>> ClaimProject(App& app, rpc::CallContext context,
                                               v1::ClaimProjectRequest request) {
  CO_RETURN_IF_ERROR(co_await CheckLiaison(context, app.peers, request.unit_id()));
  const auto change = [&](v1::Project* project, Time now) {
    return lists::Claim(project, request.unit_id(), context.caller().person_id, now);
  };
  co_return co_await ChangeProject(app, context, request, change);
}

Task<absl::StatusOr<v1::Project>> EvaluateProject(App& app, rpc::CallContext context,
                                                  v1::EvaluateProjectRequest request) {
  const auto change = [&](v1::Project* project, Time now) {
    return lists::Evaluate(project, request.rating(), request.comment(), context.caller().person_id,
                           now);
  };
  co_return co_await ChangeProject(app, context, request, change);
}

}  // namespace

void RegisterProjects(App& app, rpc::Router& router) {
  const std::string service = "baodao.lists.v1.ProjectService/";
  router.Unary(service + "CreateProject", app, &CreateProject);
  router.Unary(service + "GetProject", app, &GetProject);
  router.Unary(service + "ListProjects", app, &ListProjects);
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

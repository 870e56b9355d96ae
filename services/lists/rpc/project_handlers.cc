#include "services/lists/rpc/project_handlers.h"

#include <utility>

#include "common/status/macros.h"

namespace baodao::lists {

void ProjectHandlers::Register(rpc::Router& router) {
  const std::string service = "baodao.lists.v1.ProjectService/";
  router.Unary(service + "CreateProject", this, &ProjectHandlers::Create);
  router.Unary(service + "GetProject", this, &ProjectHandlers::Get);
  router.Unary(service + "ListProjects", this, &ProjectHandlers::List);
  router.Unary(service + "ClaimProject", this, &ProjectHandlers::Claim);
  router.Unary(service + "EvaluateProject", this, &ProjectHandlers::Evaluate);
  const std::pair<const char*, ProjectEvent> moves[] = {
      {"ApproveProject", ProjectEvent::kApprove}, {"RejectProject", ProjectEvent::kReject},
      {"CancelProject", ProjectEvent::kCancel},   {"ReleaseProject", ProjectEvent::kRelease},
      {"StartProject", ProjectEvent::kStart},     {"CompleteProject", ProjectEvent::kComplete},
  };
  for (const auto& [method, event] : moves) {
    router.Unary<v1::ChangeProjectRequest, v1::Project>(
        service + method,
        [this, event = event](rpc::CallContext context, v1::ChangeProjectRequest request) {
          return Move(std::move(context), std::move(request), event);
        });
  }
}

Task<absl::StatusOr<v1::Project>> ProjectHandlers::Create(rpc::CallContext context,
                                                          v1::CreateProjectRequest request) {
  const auto tree = app_.records.tree();
  CO_RETURN_IF_ERROR(areas::CheckKnown(*tree, request.area_code()));
  record::Decide<v1::Project> decide =
      [&](record::Transaction& transaction) -> Task<absl::StatusOr<v1::Project>> {
    CO_RETURN_IF_ERROR(areas::CheckOpen(*tree, request.area_code()));
    v1::ProjectRecord record;
    *record.mutable_project() = NewProject(request, context.caller().person_id, transaction.now());
    record.mutable_project()->set_project_id(app_.records.NewId(kProject, transaction.shard()));
    transaction.Put(kProject, {}, record);
    co_return record.project();
  };
  co_return co_await limit_.Add(app_.records, context, request,
                                app_.records.ShardOf(request.area_code()), std::move(decide));
}

Task<absl::StatusOr<v1::Project>> ProjectHandlers::Get(rpc::CallContext context,
                                                       v1::GetProjectRequest request) {
  CO_ASSIGN_OR_RETURN(auto loaded,
                      co_await app_.records.Load(context, kProject, request.project_id()));
  co_return std::move(*loaded.record.mutable_project());
}

Task<absl::StatusOr<v1::ListProjectsResponse>> ProjectHandlers::List(
    rpc::CallContext context, v1::ListProjectsRequest request) {
  CO_RETURN_IF_ERROR(areas::CheckKnown(*app_.records.tree(), request.area_code()));
  record::PageQuery query = app_.records.InArea(kProject, request.area_code(), request.states());
  query.tag = request.category();
  const auto show = [](v1::ListProjectsResponse* response,
                       record::Versioned<v1::ProjectRecord> found) {
    *response->add_projects() = std::move(*found.record.mutable_project());
    return absl::OkStatus();
  };
  co_return co_await app_.records.List<v1::ListProjectsResponse, v1::ProjectRecord>(
      context, kProject, request, std::move(query), show);
}

template <class Request>
Task<absl::StatusOr<v1::Project>> ProjectHandlers::Change(
    rpc::CallContext context, const Request& request,
    std::function<absl::Status(v1::Project*, Time)> change) {
  const auto apply = [&change](v1::ProjectRecord* record, Time now) {
    record->clear_reminded();
    return change(record->mutable_project(), now);
  };
  CO_ASSIGN_OR_RETURN(v1::ProjectRecord record,
                      co_await app_.records.Change<v1::ProjectRecord>(context, request, kProject,
                                                                      request.project_id(), apply));
  co_return std::move(*record.mutable_project());
}

Task<absl::StatusOr<v1::Project>> ProjectHandlers::Move(rpc::CallContext context,
                                                        v1::ChangeProjectRequest request,
                                                        ProjectEvent event) {
  const auto change = [&](v1::Project* project, Time now) {
    return lists::Change(project, event, request.comment(), now);
  };
  co_return co_await Change(context, request, change);
}

Task<absl::StatusOr<v1::Project>> ProjectHandlers::Claim(rpc::CallContext context,
                                                         v1::ClaimProjectRequest request) {
  CO_RETURN_IF_ERROR(co_await CheckLiaison(context, app_.peers, request.unit_id()));
  const auto change = [&](v1::Project* project, Time now) {
    return lists::Claim(project, request.unit_id(), context.caller().person_id, now);
  };
  co_return co_await Change(context, request, change);
}

Task<absl::StatusOr<v1::Project>> ProjectHandlers::Evaluate(rpc::CallContext context,
                                                            v1::EvaluateProjectRequest request) {
  const auto change = [&](v1::Project* project, Time now) {
    return lists::Evaluate(project, request.rating(), request.comment(), context.caller().person_id,
                           now);
  };
  co_return co_await Change(context, request, change);
}

}  // namespace baodao::lists

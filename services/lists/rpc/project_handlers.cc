#include "services/lists/rpc/project_handlers.h"

#include <utility>

#include "common/ids/ids.h"
#include "common/status/macros.h"
#include "services/lists/domain/list_rules.h"
#include "services/lists/rpc/paged.h"

namespace baodao::lists {
namespace {

using ProjectDecision = Decision<v1::Project>;
using DecideProject = std::function<Task<absl::StatusOr<ProjectDecision>>()>;

}  // namespace

Task<absl::StatusOr<v1::Project>> ProjectHandlers::Create(rpc::CallContext ctx,
                                                          v1::CreateProjectRequest request) {
  const auto tree = deps_.areas.tree();
  CO_RETURN_IF_ERROR(CheckArea(*tree, request.area_code()));
  const int shard = tree->ShardOf(request.area_code(), deps_.lists.store().keys());
  const store::RequestKey key = KeyOf(ctx, request);
  DailyLimit::Addition addition = co_await limit_.Begin(ctx, key.request_id);
  DecideProject decide = [&]() -> Task<absl::StatusOr<ProjectDecision>> {
    const Time now = deps_.clock.Now();
    CO_RETURN_IF_ERROR(areas::CheckOpen(*tree, request.area_code()));
    CO_RETURN_IF_ERROR(co_await addition.Count());
    v1::ProjectRecord record;
    *record.mutable_project() = NewProject(request, ctx.caller().person_id, now);
    record.mutable_project()->set_project_id(ids::New("prj", shard));
    for (std::string& area : ListsStore::ListAreas(*tree, request.area_code())) {
      record.add_list_areas(std::move(area));
    }
    Changes changes(shard);
    const Loaded<v1::ProjectRecord> nothing;
    deps_.lists.Put(&changes, nothing, record, OriginOf(ctx, now));
    co_return ProjectDecision{std::move(changes), record.project()};
  };
  bool replayed = false;
  auto answer = co_await deps_.lists.Mutate<v1::Project>(key, CallerShard(ctx, deps_.lists, shard),
                                                         shard, decide, &replayed);
  co_await addition.Settle(replayed, answer.status());
  co_return answer;
}

Task<absl::StatusOr<v1::Project>> ProjectHandlers::Get(rpc::CallContext ctx,
                                                       v1::GetProjectRequest request) {
  (void)ctx;
  CO_ASSIGN_OR_RETURN(Loaded<v1::ProjectRecord> loaded,
                      co_await deps_.lists.LoadProject(request.project_id()));
  co_return std::move(*loaded.record.mutable_project());
}

Task<absl::StatusOr<v1::ListProjectsResponse>> ProjectHandlers::List(
    rpc::CallContext ctx, v1::ListProjectsRequest request) {
  const auto load = [this](std::vector<std::string> ids) {
    return deps_.lists.LoadProjects(std::move(ids));
  };
  const auto state_of = [](const v1::ProjectRecord& record) { return record.project().state(); };
  const auto take = [](v1::ListProjectsResponse* response, v1::ProjectRecord record) {
    *response->add_projects() = std::move(*record.mutable_project());
    return absl::OkStatus();
  };
  co_return co_await ListArea<v1::ListProjectsResponse, v1::ProjectRecord>(
      deps_, ctx, request, kProjects, load, state_of, take);
}

Task<absl::StatusOr<v1::Project>> ProjectHandlers::Mutate(rpc::CallContext ctx,
                                                          store::RequestKey key,
                                                          std::string project_id, Change change) {
  const int shard = deps_.lists.keys().ShardOf(project_id);
  DecideProject decide = [&]() -> Task<absl::StatusOr<ProjectDecision>> {
    CO_ASSIGN_OR_RETURN(const Loaded<v1::ProjectRecord> loaded,
                        co_await deps_.lists.LoadProject(project_id));
    const Time now = deps_.clock.Now();
    v1::ProjectRecord record = loaded.record;
    CO_RETURN_IF_ERROR(change(record.mutable_project(), now));
    record.clear_reminded();
    Changes changes(shard);
    deps_.lists.Put(&changes, loaded, record, OriginOf(ctx, now));
    co_return ProjectDecision{std::move(changes), record.project()};
  };
  co_return co_await deps_.lists.Mutate<v1::Project>(key, CallerShard(ctx, deps_.lists, shard),
                                                     shard, decide);
}

Task<absl::StatusOr<v1::Project>> ProjectHandlers::MutateWith(rpc::CallContext ctx,
                                                              v1::ChangeProjectRequest request,
                                                              CommentedChange change) {
  Change apply = [&](v1::Project* project, Time now) {
    return change(project, request.comment(), now);
  };
  const store::RequestKey key = KeyOf(ctx, request);
  co_return co_await Mutate(ctx, key, request.project_id(), apply);
}

Task<absl::StatusOr<v1::Project>> ProjectHandlers::Approve(rpc::CallContext ctx,
                                                           v1::ChangeProjectRequest request) {
  return MutateWith(std::move(ctx), std::move(request), &lists::Approve);
}

Task<absl::StatusOr<v1::Project>> ProjectHandlers::Reject(rpc::CallContext ctx,
                                                          v1::ChangeProjectRequest request) {
  return MutateWith(std::move(ctx), std::move(request), &lists::Reject);
}

Task<absl::StatusOr<v1::Project>> ProjectHandlers::Cancel(rpc::CallContext ctx,
                                                          v1::ChangeProjectRequest request) {
  return MutateWith(std::move(ctx), std::move(request), &lists::Cancel);
}

Task<absl::StatusOr<v1::Project>> ProjectHandlers::Release(rpc::CallContext ctx,
                                                           v1::ChangeProjectRequest request) {
  return MutateWith(std::move(ctx), std::move(request), &lists::Release);
}

Task<absl::StatusOr<v1::Project>> ProjectHandlers::Start(rpc::CallContext ctx,
                                                         v1::ChangeProjectRequest request) {
  return MutateWith(std::move(ctx), std::move(request), &lists::Start);
}

Task<absl::StatusOr<v1::Project>> ProjectHandlers::Complete(rpc::CallContext ctx,
                                                            v1::ChangeProjectRequest request) {
  return MutateWith(std::move(ctx), std::move(request), &lists::Complete);
}

Task<absl::StatusOr<v1::Project>> ProjectHandlers::Claim(rpc::CallContext ctx,
                                                         v1::ClaimProjectRequest request) {
  CO_RETURN_IF_ERROR(co_await CheckLiaison(ctx, deps_.peers, request.unit_id()));
  Change change = [&](v1::Project* project, Time now) {
    return lists::Claim(project, request.unit_id(), ctx.caller().person_id, now);
  };
  const store::RequestKey key = KeyOf(ctx, request);
  co_return co_await Mutate(ctx, key, request.project_id(), change);
}

Task<absl::StatusOr<v1::Project>> ProjectHandlers::Evaluate(rpc::CallContext ctx,
                                                            v1::EvaluateProjectRequest request) {
  Change change = [&](v1::Project* project, Time now) {
    return lists::Evaluate(project, request.rating(), request.comment(), ctx.caller().person_id,
                           now);
  };
  const store::RequestKey key = KeyOf(ctx, request);
  co_return co_await Mutate(ctx, key, request.project_id(), change);
}

}  // namespace baodao::lists

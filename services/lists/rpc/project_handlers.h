// ProjectService.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>

#include "services/lists/rpc/daily_limit.h"
#include "services/lists/rpc/deps.h"

namespace baodao::lists {

class ProjectHandlers {
 public:
  explicit ProjectHandlers(Deps deps) : deps_(deps) {}

  Task<absl::StatusOr<v1::Project>> Create(rpc::CallContext ctx, v1::CreateProjectRequest request);
  Task<absl::StatusOr<v1::Project>> Get(rpc::CallContext ctx, v1::GetProjectRequest request);
  Task<absl::StatusOr<v1::ListProjectsResponse>> List(rpc::CallContext ctx,
                                                      v1::ListProjectsRequest request);
  Task<absl::StatusOr<v1::Project>> Approve(rpc::CallContext ctx, v1::ChangeProjectRequest request);
  Task<absl::StatusOr<v1::Project>> Reject(rpc::CallContext ctx, v1::ChangeProjectRequest request);
  Task<absl::StatusOr<v1::Project>> Cancel(rpc::CallContext ctx, v1::ChangeProjectRequest request);
  Task<absl::StatusOr<v1::Project>> Release(rpc::CallContext ctx, v1::ChangeProjectRequest request);
  Task<absl::StatusOr<v1::Project>> Claim(rpc::CallContext ctx, v1::ClaimProjectRequest request);
  Task<absl::StatusOr<v1::Project>> Start(rpc::CallContext ctx, v1::ChangeProjectRequest request);
  Task<absl::StatusOr<v1::Project>> Complete(rpc::CallContext ctx,
                                             v1::ChangeProjectRequest request);
  Task<absl::StatusOr<v1::Project>> Evaluate(rpc::CallContext ctx,
                                             v1::EvaluateProjectRequest request);

 private:
  using Change = std::function<absl::Status(v1::Project* project, Time now)>;
  using CommentedChange = absl::Status (*)(v1::Project* project, const std::string& comment,
                                           Time now);
  Task<absl::StatusOr<v1::Project>> MutateWith(rpc::CallContext ctx,
                                               v1::ChangeProjectRequest request,
                                               CommentedChange change);
  // Load → change → commit, once per request_id.
  Task<absl::StatusOr<v1::Project>> Mutate(rpc::CallContext ctx, store::RequestKey key,
                                           std::string project_id, Change change);

  Deps deps_;
  DailyLimit limit_{deps_.lists, kProjects};
};

}  // namespace baodao::lists

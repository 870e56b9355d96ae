// ProjectService.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>

#include "common/rpc/router.h"
#include "services/lists/app/daily_limit.h"

namespace baodao::lists {

class ProjectHandlers {
 public:
  explicit ProjectHandlers(App& app) : app_(app) {}
  void Register(rpc::Router& router);

  Task<absl::StatusOr<v1::Project>> Create(rpc::CallContext context,
                                           v1::CreateProjectRequest request);
  Task<absl::StatusOr<v1::Project>> Get(rpc::CallContext context, v1::GetProjectRequest request);
  Task<absl::StatusOr<v1::ListProjectsResponse>> List(rpc::CallContext context,
                                                      v1::ListProjectsRequest request);
  Task<absl::StatusOr<v1::Project>> Claim(rpc::CallContext context,
                                          v1::ClaimProjectRequest request);
  Task<absl::StatusOr<v1::Project>> Evaluate(rpc::CallContext context,
                                             v1::EvaluateProjectRequest request);

 private:
  // ApproveProject, StartProject and the others that take a comment.
  Task<absl::StatusOr<v1::Project>> Move(rpc::CallContext context, v1::ChangeProjectRequest request,
                                         ProjectEvent event);
  template <class Request>
  Task<absl::StatusOr<v1::Project>> Change(rpc::CallContext context, const Request& request,
                                           std::function<absl::Status(v1::Project*, Time)> change);

  App& app_;
  DailyLimit limit_{app_.records.store(), "project"};
};

}  // namespace baodao::lists

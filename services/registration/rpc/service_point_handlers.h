// ServicePointService.
#pragma once

#include <absl/status/statusor.h>

#include <functional>

#include "common/rpc/router.h"
#include "services/registration/app/app.h"

namespace baodao::registration {

class ServicePointHandlers {
 public:
  explicit ServicePointHandlers(App& app) : app_(app) {}
  void Register(rpc::Router& router);

  using Answer = Task<absl::StatusOr<v1::ServicePoint>>;
  Answer Create(rpc::CallContext context, v1::CreateServicePointRequest request);
  Answer Get(rpc::CallContext context, v1::GetServicePointRequest request);
  Answer Update(rpc::CallContext context, v1::UpdateServicePointRequest request);
  Answer Close(rpc::CallContext context, v1::CloseServicePointRequest request);
  Answer Reopen(rpc::CallContext context, v1::ReopenServicePointRequest request);
  Task<absl::StatusOr<v1::ListServicePointsResponse>> List(rpc::CallContext context,
                                                           v1::ListServicePointsRequest request);
  Task<absl::StatusOr<v1::FindNearestServicePointsResponse>> FindNearest(
      rpc::CallContext context, v1::FindNearestServicePointsRequest request);

 private:
  template <class Request>
  Answer Change(rpc::CallContext context, const Request& request,
                std::function<absl::Status(v1::ServicePoint*, Time)> change);

  App& app_;
};

}  // namespace baodao::registration

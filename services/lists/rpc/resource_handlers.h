// ResourceService.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "common/rpc/router.h"
#include "services/lists/app/daily_limit.h"

namespace baodao::lists {

class ResourceHandlers {
 public:
  explicit ResourceHandlers(App& app) : app_(app) {}
  void Register(rpc::Router& router);

  Task<absl::StatusOr<v1::Resource>> Create(rpc::CallContext context,
                                            v1::CreateResourceRequest request);
  Task<absl::StatusOr<v1::Resource>> Get(rpc::CallContext context, v1::GetResourceRequest request);
  Task<absl::StatusOr<v1::ListResourcesResponse>> List(rpc::CallContext context,
                                                       v1::ListResourcesRequest request);
  Task<absl::StatusOr<v1::Resource>> Withdraw(rpc::CallContext context,
                                              v1::WithdrawResourceRequest request);

 private:
  // The resource as the caller may see it.
  absl::StatusOr<v1::Resource> Present(const rpc::CallContext& context,
                                       v1::ResourceRecord record) const;
  // Whose resource the caller may list: their own, or their unit's.
  Task<absl::StatusOr<std::string>> OwnerFor(rpc::CallContext context, std::string asked);
  // Whoever takes down what others listed says why.
  Task<absl::Status> CheckReason(rpc::CallContext context, const v1::Resource& resource,
                                 const std::string& reason);

  App& app_;
  DailyLimit limit_{app_.records.store(), "resource"};
};

}  // namespace baodao::lists

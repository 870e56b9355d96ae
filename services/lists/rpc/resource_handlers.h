// ResourceService.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "services/lists/rpc/daily_limit.h"
#include "services/lists/rpc/deps.h"

namespace baodao::lists {

class ResourceHandlers {
 public:
  explicit ResourceHandlers(Deps deps) : deps_(deps) {}

  Task<absl::StatusOr<v1::Resource>> Create(rpc::CallContext ctx,
                                            v1::CreateResourceRequest request);
  Task<absl::StatusOr<v1::Resource>> Get(rpc::CallContext ctx, v1::GetResourceRequest request);
  Task<absl::StatusOr<v1::ListResourcesResponse>> List(rpc::CallContext ctx,
                                                       v1::ListResourcesRequest request);
  Task<absl::StatusOr<v1::Resource>> Withdraw(rpc::CallContext ctx,
                                              v1::WithdrawResourceRequest request);

 private:
  // The resource as the caller may see it.
  absl::StatusOr<v1::Resource> Present(const rpc::CallContext& ctx,
                                       v1::ResourceRecord record) const;
  // Whose resource the caller may list: their own, or their unit's.
  Task<absl::StatusOr<std::string>> OwnerFor(rpc::CallContext ctx, std::string asked);

  // Whoever takes down what others listed says why.
  Task<absl::Status> CheckReason(rpc::CallContext ctx, const v1::Resource& resource,
                                 const std::string& reason);

  Deps deps_;
  DailyLimit limit_{deps_.lists, kResources};
};

}  // namespace baodao::lists

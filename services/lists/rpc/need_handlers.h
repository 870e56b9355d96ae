// NeedService.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>

#include "common/rpc/router.h"
#include "services/lists/app/cancellations.h"
#include "services/lists/app/publications.h"

namespace baodao::lists {

class NeedHandlers {
 public:
  NeedHandlers(App& app, Publications& publications, Cancellations& cancellations)
      : app_(app), publications_(publications), cancellations_(cancellations) {}
  void Register(rpc::Router& router);

  Task<absl::StatusOr<v1::Need>> Create(rpc::CallContext context, v1::CreateNeedRequest request);
  Task<absl::StatusOr<v1::Need>> Get(rpc::CallContext context, v1::GetNeedRequest request);
  Task<absl::StatusOr<v1::ListNeedsResponse>> List(rpc::CallContext context,
                                                   v1::ListNeedsRequest request);
  Task<absl::StatusOr<v1::ListNeedsResponse>> ListMine(rpc::CallContext context,
                                                       v1::ListMyNeedsRequest request);
  Task<absl::StatusOr<v1::Need>> Review(rpc::CallContext context, v1::ReviewNeedRequest request);
  Task<absl::StatusOr<v1::Need>> Resubmit(rpc::CallContext context,
                                          v1::ResubmitNeedRequest request);
  Task<absl::StatusOr<v1::Need>> Publish(rpc::CallContext context, v1::PublishNeedRequest request);
  Task<absl::StatusOr<v1::Need>> Cancel(rpc::CallContext context, v1::CancelNeedRequest request);
  Task<absl::StatusOr<v1::Need>> Resolve(rpc::CallContext context, v1::ResolveNeedRequest request);
  Task<absl::StatusOr<v1::Need>> Close(rpc::CallContext context, v1::CloseNeedRequest request);

 private:
  // ReviewNeed where one need is merged into another.
  Task<absl::StatusOr<v1::Need>> Merge(rpc::CallContext context, v1::ReviewNeedRequest request);
  // Load → change → commit, once per request_id.
  template <class Request>
  Task<absl::StatusOr<v1::Need>> Change(
      rpc::CallContext context, const Request& request,
      std::function<absl::Status(v1::NeedRecord* record, Time now)> change);

  // The need with contact and place as the caller may see them in passing: in full only their own.
  absl::StatusOr<v1::Need> Present(const rpc::CallContext& context, v1::Need need,
                                   const std::string& sealed_details) const;
  template <class Request>
  Task<absl::StatusOr<v1::ListNeedsResponse>> ListFrom(rpc::CallContext context,
                                                       const Request& request,
                                                       record::PageQuery query);
  // Puts on record that the caller saw contact and place.
  Task<absl::Status> RecordRelease(rpc::CallContext context, std::string need_id);

  App& app_;
  Publications& publications_;
  Cancellations& cancellations_;
};

}  // namespace baodao::lists

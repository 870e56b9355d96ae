// NeedService.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <vector>

#include "services/lists/rpc/cancellations.h"
#include "services/lists/rpc/daily_limit.h"
#include "services/lists/rpc/deps.h"
#include "services/lists/rpc/publications.h"

namespace baodao::lists {

class NeedHandlers {
 public:
  NeedHandlers(Deps deps, Publications& publications, Cancellations& cancellations)
      : deps_(deps), publications_(publications), cancellations_(cancellations) {}

  Task<absl::StatusOr<v1::Need>> Create(rpc::CallContext ctx, v1::CreateNeedRequest request);
  Task<absl::StatusOr<v1::Need>> Get(rpc::CallContext ctx, v1::GetNeedRequest request);
  Task<absl::StatusOr<v1::ListNeedsResponse>> List(rpc::CallContext ctx,
                                                   v1::ListNeedsRequest request);
  Task<absl::StatusOr<v1::ListNeedsResponse>> ListMine(rpc::CallContext ctx,
                                                       v1::ListMyNeedsRequest request);
  Task<absl::StatusOr<v1::Need>> Review(rpc::CallContext ctx, v1::ReviewNeedRequest request);
  Task<absl::StatusOr<v1::Need>> Resubmit(rpc::CallContext ctx, v1::ResubmitNeedRequest request);
  Task<absl::StatusOr<v1::Need>> Publish(rpc::CallContext ctx, v1::PublishNeedRequest request);
  Task<absl::StatusOr<v1::Need>> Cancel(rpc::CallContext ctx, v1::CancelNeedRequest request);
  Task<absl::StatusOr<v1::Need>> Resolve(rpc::CallContext ctx, v1::ResolveNeedRequest request);
  Task<absl::StatusOr<v1::Need>> Close(rpc::CallContext ctx, v1::CloseNeedRequest request);

 private:
  // What a change does to a record just loaded; `changes` takes what else is written.
  using Change =
      std::function<Task<absl::Status>(v1::NeedRecord* record, Changes* changes, Time now)>;
  // The same without anything to wait for.
  using PlainChange = std::function<absl::Status(v1::NeedRecord* record, Time now)>;

  // Load → change → commit, once per request_id.
  Task<absl::StatusOr<v1::Need>> Mutate(rpc::CallContext ctx, store::RequestKey key,
                                        std::string need_id, Change change);
  Task<absl::StatusOr<v1::Need>> MutatePlainly(rpc::CallContext ctx, store::RequestKey key,
                                               std::string need_id, PlainChange change);
  Task<absl::Status> ApplyReview(rpc::CallContext ctx, const v1::ReviewNeedRequest& request,
                                 v1::NeedRecord* record, Changes* changes, Time now);

  // The need with contact and place as the caller may see them in passing: in full only their own.
  absl::StatusOr<v1::Need> Present(const rpc::CallContext& ctx, v1::Need need,
                                   const std::string& sealed_details) const;
  absl::Status Take(const rpc::CallContext& ctx, v1::ListNeedsResponse* response,
                    v1::NeedRecord record) const;
  // Puts on record that the caller saw contact and place.
  Task<absl::Status> RecordRelease(rpc::CallContext ctx, std::string need_id);

  Deps deps_;
  DailyLimit limit_{deps_.lists, kNeeds};
  Publications& publications_;
  Cancellations& cancellations_;
};

}  // namespace baodao::lists

// UnitClaimService: slots that units claim for their members.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "baodao/dispatch/v1/unit_claim.pb.h"
#include "common/rpc/router.h"
#include "services/dispatch/app/app.h"
#include "services/dispatch/app/taker.h"

namespace baodao::dispatch {

class UnitClaimHandlers {
  template <class Response>
  using Answer = Task<absl::StatusOr<Response>>;

 public:
  explicit UnitClaimHandlers(App& app) : app_(app), taker_(app) {}

  Answer<v1::UnitClaim> ClaimUnitSlots(rpc::CallContext context, v1::ClaimUnitSlotsRequest request);
  Answer<v1::Assignment> NameUnitMember(rpc::CallContext context,
                                        v1::NameUnitMemberRequest request);
  Answer<v1::UnitClaim> WithdrawUnitClaim(rpc::CallContext context,
                                          v1::WithdrawUnitClaimRequest request);
  Answer<v1::GetUnitClaimResponse> GetUnitClaim(rpc::CallContext context,
                                                v1::GetUnitClaimRequest request);
  Answer<v1::ListUnitClaimsResponse> ListUnitClaims(rpc::CallContext context,
                                                    v1::ListUnitClaimsRequest request);

  // `router` does not outlive this.
  void Register(rpc::Router& router);

 private:
  // The unit; NOT_THE_LIAISON where the caller does not speak for it.
  Answer<registration::v1::Unit> UnitOfCaller(rpc::CallContext context, std::string unit_id);
  // OK for a liaison of the unit, and for coordinators of the task's area: whether it is one.
  Answer<bool> CheckConcerned(rpc::CallContext context, std::string task_id, std::string unit_id);

  App& app_;
  Taker taker_;
};

}  // namespace baodao::dispatch

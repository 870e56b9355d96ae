// ObligationService.
#include "services/lists/app/account.h"
#include "services/lists/rpc/services.h"

namespace baodao::lists {
namespace {

Task<absl::StatusOr<v1::Obligations>> GetObligations(App& app, rpc::CallContext,
                                                     v1::GetObligationsRequest request) {
  return ObligationsOf(app, request.person_id());
}

}  // namespace

void RegisterObligations(App& app, rpc::Router& router) {
  router.Unary("baodao.lists.v1.ObligationService/GetObligations", app, &GetObligations);
}

}  // namespace baodao::lists

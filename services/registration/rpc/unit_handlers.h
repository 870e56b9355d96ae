// UnitService.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "common/rpc/router.h"
#include "services/registration/app/app.h"

namespace baodao::registration {

class UnitHandlers {
 public:
  explicit UnitHandlers(App& app) : app_(app) {}
  void Register(rpc::Router& router);

  Task<absl::StatusOr<v1::Unit>> CreateUnit(rpc::CallContext context,
                                            v1::CreateUnitRequest request);
  Task<absl::StatusOr<v1::Unit>> GetUnit(rpc::CallContext context, v1::GetUnitRequest request);
  Task<absl::StatusOr<v1::Unit>> UpdateUnit(rpc::CallContext context,
                                            v1::UpdateUnitRequest request);
  Task<absl::StatusOr<v1::ListUnitsResponse>> ListUnits(rpc::CallContext context,
                                                        v1::ListUnitsRequest request);

 private:
  // A liaison must be a person we know; empty is none.
  Task<absl::Status> CheckLiaison(std::string person_id);

  App& app_;
};

}  // namespace baodao::registration

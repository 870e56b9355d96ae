// baodao.registration.v1.UnitService.
#pragma once

#include <absl/status/statusor.h>

#include <string>

#include "baodao/registration/v1/unit.pb.h"
#include "common/async/task.h"
#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "services/registration/rpc/environment.h"

namespace baodao::registration {

class UnitHandlers {
 public:
  explicit UnitHandlers(Environment& environment) : env_(environment) {}
  void Register(rpc::Router& router);

  Task<absl::StatusOr<v1::Unit>> CreateUnit(rpc::CallContext context,
                                            v1::CreateUnitRequest request);
  Task<absl::StatusOr<v1::Unit>> GetUnit(rpc::CallContext context, v1::GetUnitRequest request);
  Task<absl::StatusOr<v1::Unit>> UpdateUnit(rpc::CallContext context,
                                            v1::UpdateUnitRequest request);
  Task<absl::StatusOr<v1::ListUnitsResponse>> ListUnits(rpc::CallContext context,
                                                        v1::ListUnitsRequest request);

 private:
  Task<absl::StatusOr<store::Decision<v1::Unit>>> DecideCreate(const v1::CreateUnitRequest& request,
                                                               AreaBook::Tree tree, int shard,
                                                               Stamp stamp);
  Task<absl::StatusOr<store::Decision<v1::Unit>>> DecideUpdate(const v1::UpdateUnitRequest& request,
                                                               Stamp stamp);
  // A liaison must be a person we know; empty is none.
  Task<absl::Status> CheckLiaison(std::string person_id);
  Task<absl::StatusOr<Loaded<v1::UnitRecord>>> LoadUnit(std::string id);

  Environment& env_;
};

}  // namespace baodao::registration

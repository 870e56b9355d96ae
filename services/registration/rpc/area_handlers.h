// AreaService.
#pragma once

#include <absl/status/statusor.h>

#include "baodao/registration/v1/area.pb.h"
#include "common/async/task.h"
#include "common/rpc/context.h"
#include "common/rpc/router.h"
#include "services/registration/app/app.h"
#include "services/registration/domain/area_import.h"

namespace baodao::registration {

class AreaHandlers {
 public:
  explicit AreaHandlers(App& app) : app_(app) {}
  void Register(rpc::Router& router);

  Task<absl::StatusOr<v1::ImportAreasResponse>> ImportAreas(rpc::CallContext context,
                                                            v1::ImportAreasRequest request);
  Task<absl::StatusOr<v1::Area>> GetArea(rpc::CallContext context, v1::GetAreaRequest request);
  Task<absl::StatusOr<v1::ListAreasResponse>> ListAreas(rpc::CallContext context,
                                                        v1::ListAreasRequest request);
  Task<absl::StatusOr<v1::ListAreaAncestorsResponse>> ListAreaAncestors(
      rpc::CallContext context, v1::ListAreaAncestorsRequest request);
  Task<absl::StatusOr<v1::FindNearestAreasResponse>> FindNearestAreas(
      rpc::CallContext context, v1::FindNearestAreasRequest request);

 private:
  Task<absl::StatusOr<v1::ImportAreasResponse>> Import(record::Transaction& transaction,
                                                       const AreaSheet& sheet);

  App& app_;
};

}  // namespace baodao::registration

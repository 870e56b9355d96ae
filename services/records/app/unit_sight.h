// The part of a unit's past that a caller may see.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <string>

#include "common/areas/feed.h"
#include "common/async/task.h"
#include "common/rpc/access.h"
#include "common/rpc/context.h"
#include "services/records/app/metrics.h"
#include "services/records/store/database.h"
#include "services/records/store/report_reads.h"

namespace baodao::records {

// The unit's liaisons, other services and operators of everything see all; coordinators what
// happened in their areas.
class UnitSight {
 public:
  // All outlive it.
  UnitSight(Database& database, areas::AreaTreeFeed& areas, RecordsMetrics& metrics)
      : database_(database), areas_(areas), metrics_(metrics) {}

  // For the access rules: a unit is its liaisons', and of the areas that it has reported to. Of
  // other things `others` decides. NOT_FOUND for a unit that is not known.
  rpc::AccessPolicy Policy(rpc::AccessPolicy others);

  // The unit that the call is about. NOT_FOUND.
  Task<absl::StatusOr<std::shared_ptr<const UnitFact>>> Find(rpc::CallContext context,
                                                             std::string unit_id);
  // Whether the caller sees what happened in an area ("": in one that is not known). Any thread.
  std::function<bool(const std::string& area_code)> Sees(const rpc::CallContext& context,
                                                         const UnitFact& unit) const;

 private:
  Task<absl::StatusOr<rpc::Scope>> ScopeOf(rpc::CallContext context, std::string unit_id);
  Task<absl::StatusOr<std::shared_ptr<const UnitFact>>> Read(std::string unit_id);

  Database& database_;
  areas::AreaTreeFeed& areas_;
  RecordsMetrics& metrics_;
};

}  // namespace baodao::records

// The part of a person's past that a caller may see.
#pragma once

#include <absl/status/statusor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/areas/feed.h"
#include "common/async/task.h"
#include "common/rpc/access.h"
#include "common/rpc/context.h"
#include "services/records/app/metrics.h"
#include "services/records/store/database.h"

namespace baodao::records {

// The person themself, other services and operators of everything see all; coordinators what
// happened in their areas. The tree of areas stays in memory: SQL is told which codes are meant.
class Sight {
 public:
  // All outlive it.
  Sight(Database& database, areas::AreaTreeFeed& areas, RecordsMetrics& metrics)
      : database_(database), areas_(areas), metrics_(metrics) {}

  // For the access rules: a person is of the areas they have reported to or were on a task in.
  rpc::AccessPolicy Policy();

  // The areas of the person's past that the caller may see and that belong to `area_code`'s subtree
  // (empty: anywhere); nothing where no area is to be left out. AREA_UNKNOWN.
  Task<absl::StatusOr<std::optional<std::vector<std::string>>>> AreasFor(rpc::CallContext context,
                                                                         std::string person_id,
                                                                         std::string area_code);

 private:
  using Codes = std::vector<std::string>;

  Task<absl::StatusOr<rpc::Scope>> ScopeOf(rpc::CallContext context, std::string person_id);
  Task<absl::StatusOr<Codes>> Read(std::string person_id);

  Database& database_;
  areas::AreaTreeFeed& areas_;
  RecordsMetrics& metrics_;
};

}  // namespace baodao::records

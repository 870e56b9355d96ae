// The liaisons of units: registration knows them, this remembers them for a while.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <vector>

#include "baodao/registration/v1/unit.pb.h"
#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/containers/lru_cache.h"
#include "common/rpc/client.h"

namespace baodao::inbox {

// registration's GetUnit, on behalf of `options`.
using UnitSource = std::function<Task<absl::StatusOr<registration::v1::Unit>>(
    rpc::CallOptions options, std::string unit_id)>;
// `channel` outlives the source.
UnitSource UnitsFromRegistration(rpc::Channel& channel);

// Loop thread only.
class Liaisons {
 public:
  // `clock` outlives it.
  Liaisons(UnitSource source, Clock& clock);

  // Their person ids; none when the unit has none or does not exist. Errors: the source's, which is
  // asked in this trace.
  Task<absl::StatusOr<std::vector<std::string>>> Of(std::string unit_id, std::string trace_id);
  // Takes in the unit as it is now.
  void Apply(const registration::v1::Unit& unit);

 private:
  struct Known {
    std::vector<std::string> person_ids;
    Time until;
  };

  UnitSource source_;
  Clock& clock_;
  LruCache<Known> known_;
};

}  // namespace baodao::inbox

// The liaisons of units: registration knows them, this remembers them for a while.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>

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

  // The liaison's person id; empty when the unit has none or does not exist. Errors: the source's,
  // which is asked in this trace.
  Task<absl::StatusOr<std::string>> Of(std::string unit_id, std::string trace_id);
  void Apply(const registration::v1::Unit& unit);

 private:
  struct Known {
    std::string liaison_id;
    Time until;
  };
  void Remember(const std::string& unit_id, std::string liaison_id);

  UnitSource source_;
  Clock& clock_;
  LruCache<Known> known_;
};

}  // namespace baodao::inbox

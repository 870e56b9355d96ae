// One leader per district among all replicas: a lease in the store, with a fencing token.
//
// clang-format off
//
// The only key of matching beside those of any service (common/store/keys.h):
//
//   key                            type    holds        bound
//   {NN}matching:lease:<district>  record  LeaseRecord  one a district, in the shard of its code
//
// clang-format on
#pragma once

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/store/store.h"

namespace baodao::matching {

// Proof of a lease as it was last written.
struct Fence {
  std::string district;
  uint64_t token = 0;  // 0: not held
  Time expires{};

  bool held() const { return token != 0; }
};

// Loop thread only. Errors are those of the store.
class Leases {
 public:
  // `holder` names this process; no two may share it.
  Leases(store::Store& store, Clock& clock, std::string holder, Millis ttl);

  // Takes the district's lease, or renews it when this process holds it. Not held in the answer:
  // another replica has it, or took it at the same moment.
  Task<absl::StatusOr<Fence>> Hold(std::string district);
  // Renews exactly this lease. Not held in the answer: it was lost meanwhile (this process was
  // paused too long), and what was decided under it must not be carried out.
  Task<absl::StatusOr<Fence>> Confirm(Fence fence);
  // Lets another replica take over at once.
  Task<absl::Status> Release(Fence fence);

 private:
  Task<absl::StatusOr<Fence>> Write(std::string district, uint64_t expected, Time not_after,
                                    Time expires);
  std::string KeyOf(const std::string& district) const;

  store::Store& store_;
  Clock& clock_;
  std::string holder_;
  Millis ttl_;
};

}  // namespace baodao::matching

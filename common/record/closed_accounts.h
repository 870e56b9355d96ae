// Accounts that were deleted a short while ago: an access token that is left of one brings in
// nothing private any more.
#pragma once

#include <absl/status/status.h>

#include <string>

#include "common/async/task.h"
#include "common/store/store.h"

namespace baodao::record {

// Each service notes what it hears: a key that is gone when every such token is.
class ClosedAccounts {
 public:
  // `store` outlives it.
  explicit ClosedAccounts(store::Store& store) : store_(store) {}

  // Before what the person has left is erased.
  Task<absl::Status> Close(std::string person_id);
  // SESSION_ENDED for whoever's account was closed; an empty id is nobody's.
  Task<absl::Status> Check(std::string person_id);

 private:
  std::string KeyOf(const std::string& person_id) const;

  store::Store& store_;
};

}  // namespace baodao::record

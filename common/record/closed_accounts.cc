#include "common/record/closed_accounts.h"

#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::record {
namespace {

// Longer than an access token lives.
constexpr Millis kNotedFor = std::chrono::hours(1);

}  // namespace

std::string ClosedAccounts::KeyOf(const std::string& person_id) const {
  return store_.keys().Of(store_.keys().ShardOfId(person_id), "closed", person_id);
}

Task<absl::Status> ClosedAccounts::Close(std::string person_id) {
  co_return (co_await store_.Increment(KeyOf(person_id), kNotedFor)).status();
}

Task<absl::Status> ClosedAccounts::Check(std::string person_id) {
  if (person_id.empty()) co_return absl::OkStatus();
  CO_ASSIGN_OR_RETURN(const store::Counted closed, co_await store_.ReadCounter(KeyOf(person_id)));
  co_return closed.value == 0 ? absl::OkStatus() : Refuse(Reason::SESSION_ENDED);
}

}  // namespace baodao::record

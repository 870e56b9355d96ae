#include "services/lists/rpc/daily_limit.h"

#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::lists {
namespace {

constexpr Millis kAdditionDay{24 * 60 * 60 * 1000};

}  // namespace

Task<absl::Status> CountAddition(rpc::CallContext ctx, ListsStore& lists, std::string_view list,
                                 std::string request_id) {
  if (!ctx.caller().IsPerson()) co_return absl::OkStatus();
  const std::string& person = ctx.caller().person_id;
  const std::string today = lists.keys().AddedToday(list, person);
  // Copies of one request may run at the same moment: only the first of them counts.
  CO_ASSIGN_OR_RETURN(const store::Counted copies,
                      co_await lists.store().Increment(
                          lists.keys().AddedBy(list, person, request_id), kAdditionDay));
  store::Counted added;
  if (copies.value == 1) {
    CO_ASSIGN_OR_RETURN(added, co_await lists.store().Increment(today, kAdditionDay));
  } else {
    CO_ASSIGN_OR_RETURN(added, co_await lists.store().ReadCounter(today));
  }
  if (added.value <= kMostAddedPerDay) co_return absl::OkStatus();
  co_return RefuseFor(Reason::RATE_LIMITED, added.left);
}

}  // namespace baodao::lists

#include "services/lists/rpc/daily_limit.h"

#include <absl/strings/numbers.h>

#include <optional>
#include <utility>

#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::lists {
namespace {

constexpr Millis kAdditionDay{24 * 60 * 60 * 1000};

// The count as it is, for a request that is counted already.
Task<absl::StatusOr<int64_t>> ReadCount(store::Store& store, std::string key) {
  CO_ASSIGN_OR_RETURN(const std::optional<std::string> text,
                      co_await store.GetValue(std::move(key)));
  int64_t count = 0;
  if (text && !absl::SimpleAtoi(*text, &count)) co_return absl::DataLossError("a count is none");
  co_return count;
}

}  // namespace

Task<absl::Status> CountAddition(rpc::CallContext ctx, ListsStore& lists, std::string_view list,
                                 std::string request_id) {
  if (!ctx.caller().IsPerson()) co_return absl::OkStatus();
  const std::string& person = ctx.caller().person_id;
  const std::string today = lists.keys().AddedToday(list, person);
  // Copies of one request may run at the same moment: only the first of them counts.
  CO_ASSIGN_OR_RETURN(const int64_t copies,
                      co_await lists.store().Increment(
                          lists.keys().AddedBy(list, person, request_id), kAdditionDay));
  int64_t added = 0;
  if (copies == 1) {
    CO_ASSIGN_OR_RETURN(added, co_await lists.store().Increment(today, kAdditionDay));
  } else {
    CO_ASSIGN_OR_RETURN(added, co_await ReadCount(lists.store(), today));
  }
  if (added <= kMostAddedPerDay) co_return absl::OkStatus();
  co_return RefuseFor(Reason::RATE_LIMITED, kAdditionDay);
}

}  // namespace baodao::lists

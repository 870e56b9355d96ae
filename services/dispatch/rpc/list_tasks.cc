#include <absl/strings/str_cat.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/paging/asked_page.h"
#include "common/record/parse.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "common/validate/tags.h"
#include "services/dispatch/app/seeker.h"
#include "services/dispatch/domain/states.h"
#include "services/dispatch/domain/times.h"
#include "services/dispatch/rpc/handlers.h"
#include "services/dispatch/rpc/shown.h"
#include "services/dispatch/store/task_list.h"

namespace baodao::dispatch {
namespace {

// Those that together hold what is asked for.
std::vector<std::string_view> ListsFor(const v1::ListTasksRequest& request) {
  if (request.claimable()) return {kOpenList};
  std::vector<std::string_view> lists;
  for (const std::string_view list : {kLiveList, kDoneList, kEndedList}) {
    const bool asked = std::ranges::any_of(request.states(), [&](int state) {
      return ListOf(static_cast<v1::TaskState>(state)) == list;
    });
    if (asked || request.states().empty()) lists.push_back(list);
  }
  return lists;
}

// The nearest ones are looked at, so many at most, however many pages they fill.
constexpr int kMaxNear = 1'000;

// The place of a task on the pages of those nearest: behind it the next page begins.
std::string PositionOf(const NearIndex::Hit& hit) {
  return absl::StrCat(absl::Hex(std::bit_cast<uint64_t>(hit.distance_m), absl::kZeroPad16),
                      hit.task_id);
}

struct Near {
  std::vector<NearIndex::Hit> hits;
  bool more = false;  // behind them
};

// Those behind the position `after`, in the order of positions.
Near NearestAfter(const NearIndex& near, const v1::FindNearestTasksRequest& request, int radius,
                  const std::string& after, size_t limit, Time now) {
  Near found;
  const auto find = [&](int most) {
    found.hits = near.Find(request.point(), radius, most, now);
    std::ranges::sort(found.hits, {}, [](const NearIndex::Hit& hit) {
      return std::tie(hit.distance_m, hit.task_id);
    });
    return static_cast<int>(found.hits.size()) == most;
  };
  // A first page mostly needs few. Among those as far away as the last some may be missing.
  if (after.empty()) {
    found.more = find(2 * static_cast<int>(limit) + 20);
    if (!found.more) return found;
    const double farthest = found.hits.back().distance_m;
    std::erase_if(found.hits, [&](const auto& hit) { return hit.distance_m == farthest; });
    if (found.hits.size() >= limit) return found;
  }
  find(kMaxNear);
  found.more = false;
  std::erase_if(found.hits, [&](const auto& hit) { return PositionOf(hit) <= after; });
  return found;
}

}  // namespace

// The facts that the filter must know of the caller.
Answer<TaskFilter> TaskHandlers::FilterOf(rpc::CallContext context, v1::TaskFilter asked) {
  if (!asked.may_take()) co_return TaskFilter(asked, std::nullopt);
  if (!context.caller().IsPerson()) co_return Refuse(Reason::PERMISSION_DENIED);
  CO_ASSIGN_OR_RETURN(Seeker seeker, co_await ReadSeeker(app_, rpc::CallOptions::From(context),
                                                         context.caller().person_id));
  co_return TaskFilter(asked, std::move(seeker));
}

Answer<v1::ListTasksResponse> TaskHandlers::ListTasks(rpc::CallContext context,
                                                      v1::ListTasksRequest request) {
  const std::shared_ptr<const areas::AreaTree> tree = app_.tree();
  CO_RETURN_IF_ERROR(areas::CheckKnown(*tree, request.area_code()));
  record::PageQuery query = TasksIn(app_.keys, *tree, request.area_code(), ListsFor(request));
  query.tags = validate::TagsAskedFor(request, "category");
  query.states = std::set<int>(request.states().begin(), request.states().end());
  query.exact &= query.states.empty();
  // Repaired tasks stand there by another time.
  query.exact &= !(request.claimable() && request.has_start_after());
  query.descending = request.order_by() == v1::TASK_ORDER_START_DESC;
  const auto begin_at = [&query](Time start) {
    query.least = std::max(query.least, static_cast<double>(start.time_since_epoch().count()));
  };
  if (request.claimable()) begin_at(app_.clock.Now() + Millis(1));
  std::function<bool(const v1::TaskRecord&)> fits;
  if (request.has_filter() || request.claimable()) {
    query.exact &= !request.has_filter();
    CO_ASSIGN_OR_RETURN(TaskFilter filter, co_await FilterOf(context, request.filter()));
    // One may have filled up since its list was read.
    fits = [filter = std::move(filter), claimable = request.claimable(),
            after = ToTime(request.start_after())](const v1::TaskRecord& record) {
      const v1::Task& task = record.task();
      return (!claimable || (IsClaimable(task) && StartOf(task) >= after)) && filter.Fits(task);
    };
  }
  if (request.has_start_after()) begin_at(ToTime(request.start_after()));
  const auto show = [&](v1::ListTasksResponse* response,
                        record::Versioned<v1::TaskRecord>&& found) {
    v1::Task* const task = response->add_tasks();
    *task = std::move(*found.record.mutable_task());
    ToView(app_, context, task);
    return absl::OkStatus();
  };
  CO_ASSIGN_OR_RETURN(v1::ListTasksResponse response,
                      co_await app_.records.List<v1::ListTasksResponse>(
                          context, kTask, request, std::move(query), show, std::move(fits)));
  // The caller has no part in those that they may take.
  if (request.filter().may_take()) co_return response;
  std::vector<v1::Task*> tasks;
  for (v1::Task& task : *response.mutable_tasks()) tasks.push_back(&task);
  CO_RETURN_IF_ERROR(co_await SetMyStates(app_, std::move(context), std::move(tasks)));
  co_return response;
}

// As far as is asked for, or else as far as the caller goes from home, or 15 minutes on foot. In
// metres.
int TaskHandlers::RadiusOf(const rpc::CallContext& context,
                           const v1::FindNearestTasksRequest& request) const {
  constexpr int kFarthest = 20'000;
  if (request.radius_m() > 0) return request.radius_m();
  if (!context.caller().IsPerson()) return kWalkM;
  const profiles::ProfilePtr profile = app_.profiles.Find(context.caller().person_id);
  const int own = profile == nullptr ? 0 : profile->radius_m();
  return own > 0 ? std::min(own, kFarthest) : kWalkM;
}

Answer<v1::FindNearestTasksResponse> TaskHandlers::FindNearestTasks(
    rpc::CallContext context, v1::FindNearestTasksRequest request) {
  const Time now = app_.clock.Now();
  CO_ASSIGN_OR_RETURN(const paging::AskedPage asked,
                      paging::PageAskedFor(app_.ring, context, request, now, 20, 100));
  const auto limit = static_cast<size_t>(asked.size);
  CO_ASSIGN_OR_RETURN(const TaskFilter filter, co_await FilterOf(context, request.filter()));
  const std::vector<std::string> categories = validate::TagsAskedFor(request, "category");
  const auto fits = [&](const v1::Task& task) {
    return IsClaimable(task) && JoinUntil(task) > now &&
           StartOf(task) >= ToTime(request.start_after()) &&
           (categories.empty() || std::ranges::count(categories, task.category()) > 0) &&
           filter.Fits(task);
  };
  const auto [hits, more] =
      NearestAfter(near_, request, RadiusOf(context, request), asked.after, limit, now);
  v1::FindNearestTasksResponse response;
  size_t read = 0;
  while (read < hits.size() && response.hits_size() < static_cast<int>(limit)) {
    const size_t chunk = std::min(limit + 20, hits.size() - read);
    std::vector<std::string> keys;
    for (size_t i = 0; i < chunk; ++i) keys.push_back(app_.keys.Task(hits[read + i].task_id));
    CO_ASSIGN_OR_RETURN(const auto stored, co_await app_.store.GetMany(std::move(keys)));
    for (const store::Stored& one : stored) {
      if (response.hits_size() == static_cast<int>(limit)) break;
      const NearIndex::Hit& found = hits[read++];
      CO_ASSIGN_OR_RETURN(auto loaded, record::Parse<v1::TaskRecord>(one));
      if (!loaded.exists() || !fits(loaded.record.task())) continue;
      v1::FindNearestTasksResponse::Hit& hit = *response.add_hits();
      *hit.mutable_task() = std::move(*loaded.record.mutable_task());
      ToView(app_, context, hit.mutable_task());
      hit.set_distance_m(found.distance_m);
    }
  }
  context.Charge(paging::CallsOwed(static_cast<int64_t>(read), response.hits_size()));
  if (!request.filter().may_take()) {
    std::vector<v1::Task*> tasks;
    for (auto& hit : *response.mutable_hits()) tasks.push_back(hit.mutable_task());
    CO_RETURN_IF_ERROR(co_await SetMyStates(app_, context, std::move(tasks)));
  }
  if (read < hits.size() || more) {
    response.set_next_page_token(asked.TokenFor(PositionOf(hits[read - 1])));
  }
  co_return response;
}

}  // namespace baodao::dispatch

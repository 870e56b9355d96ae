#include <algorithm>
#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "common/clock/timestamp.h"
#include "common/paging/page_token.h"
#include "common/status/macros.h"
#include "common/status/status.h"
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

}  // namespace

Answer<v1::ListTasksResponse> TaskHandlers::ListTasks(rpc::CallContext context,
                                                      v1::ListTasksRequest request) {
  const std::shared_ptr<const areas::AreaTree> tree = app_.tree();
  CO_RETURN_IF_ERROR(areas::CheckKnown(*tree, request.area_code()));
  record::PageQuery query = TasksIn(app_.keys, *tree, request.area_code(), ListsFor(request));
  query.tag = request.category();
  query.states = std::set<int>(request.states().begin(), request.states().end());
  query.exact &= query.states.empty();
  query.descending = request.order_by() == v1::TASK_ORDER_START_DESC;
  const auto begin_at = [&query](Time start) {
    query.least = std::max(query.least, static_cast<double>(start.time_since_epoch().count()));
  };
  std::function<bool(const v1::TaskRecord&)> fits;
  if (request.claimable()) {
    begin_at(app_.clock.Now() + Millis(1));
    // One may have filled up since its list was read.
    fits = [](const v1::TaskRecord& record) { return IsClaimable(record.task()); };
  }
  if (request.has_start_after()) begin_at(ToTime(request.start_after()));
  const auto show = [&](v1::ListTasksResponse* response, record::Versioned<v1::TaskRecord> found) {
    *response->add_tasks() = Shown(app_, context, std::move(*found.record.mutable_task()));
    return absl::OkStatus();
  };
  co_return co_await app_.records.List<v1::ListTasksResponse>(
      context, kTask, request, std::move(query), show, std::move(fits));
}

Answer<v1::FindNearestTasksResponse> TaskHandlers::FindNearestTasks(
    rpc::CallContext context, v1::FindNearestTasksRequest request) {
  constexpr int kWalk = 1200;
  const int radius = request.radius_m() > 0 ? request.radius_m() : kWalk;
  const int limit = paging::PageSize(request.limit(), 20, 100);
  const Time now = app_.clock.Now();
  const std::vector<NearIndex::Hit> hits = near_.Find(request.point(), radius, 2 * limit + 20, now);
  std::vector<std::string> keys;
  keys.reserve(hits.size());
  for (const NearIndex::Hit& hit : hits) keys.push_back(app_.keys.Task(hit.task_id));
  v1::FindNearestTasksResponse response;
  if (keys.empty()) co_return response;
  CO_ASSIGN_OR_RETURN(const auto stored, co_await app_.store.GetMany(std::move(keys)));
  for (size_t i = 0; i < hits.size() && response.hits_size() < limit; ++i) {
    v1::TaskRecord record;
    if (!stored[i].exists() || !record.ParseFromString(stored[i].bytes)) continue;
    if (!IsClaimable(record.task()) || StartOf(record.task()) <= now) continue;
    v1::FindNearestTasksResponse::Hit& hit = *response.add_hits();
    *hit.mutable_task() = Shown(app_, context, std::move(*record.mutable_task()));
    hit.set_distance_m(hits[i].distance_m);
  }
  co_return response;
}

}  // namespace baodao::dispatch

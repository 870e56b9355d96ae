#include <algorithm>
#include <utility>

#include "common/clock/timestamp.h"
#include "common/paging/page_token.h"
#include "common/status/macros.h"
#include "common/status/status.h"
#include "services/dispatch/domain/states.h"
#include "services/dispatch/domain/times.h"
#include "services/dispatch/rpc/handlers.h"
#include "services/dispatch/rpc/shown.h"
#include "services/dispatch/store/indexes.h"
#include "services/dispatch/store/task_list.h"

namespace baodao::dispatch {
namespace {

std::function<bool(const v1::Task&)> Wanted(const v1::ListTasksRequest& request,
                                            std::shared_ptr<const areas::AreaTree> tree, Time now) {
  return [request, tree = std::move(tree), now](const v1::Task& task) {
    if (tree->IsElsewhere(request.area_code(), task.area_code())) return false;
    if (!request.category().empty() && task.category() != request.category()) return false;
    if (request.state() != v1::TASK_STATE_UNSPECIFIED) return task.state() == request.state();
    return IsClaimable(task) && StartOf(task) > now;
  };
}

}  // namespace

Answer<v1::ListTasksResponse> TaskHandlers::ListTasks(rpc::CallContext context,
                                                      v1::ListTasksRequest request) {
  const std::shared_ptr<const areas::AreaTree> tree = app_.tree();
  if (tree->Find(request.area_code()) == nullptr) {
    co_return Refuse(Reason::AREA_UNKNOWN, {{"area", request.area_code()}});
  }
  const Time now = app_.clock.Now();
  const paging::Query id = paging::QueryOf(app_.ring, "dispatch.ListTasks", request);
  CO_ASSIGN_OR_RETURN(const std::string position, paging::Decode(request.page_token(), id, now));
  PageQuery query;
  CO_ASSIGN_OR_RETURN(query.after, ListPosition::Decode(position));
  const bool claimable = request.state() == v1::TASK_STATE_UNSPECIFIED;
  const std::string list(claimable ? kOpenList : ListOf(request.state()));
  const auto begin_at = [&query](Time start) {
    query.after.score =
        std::max(query.after.score, static_cast<double>(start.time_since_epoch().count()));
  };
  // What has started cannot be claimed any more: the list begins now.
  if (claimable) begin_at(now);
  if (request.has_start_after()) begin_at(ToTime(request.start_after()));
  query.keys = ListKeys(app_.keys, *tree, list, request.area_code());
  query.size = paging::PageSize(request.page_size(), 20, 200);
  query.wanted = Wanted(request, tree, now);
  CO_ASSIGN_OR_RETURN(TaskPage page, co_await ReadPage(app_.store, app_.keys, std::move(query)));
  context.Charge(paging::CallsOwed(page.read, 2 * static_cast<int64_t>(page.tasks.size())));
  v1::ListTasksResponse response;
  for (v1::Task& task : page.tasks) {
    *response.add_tasks() = Shown(app_, context, std::move(task));
  }
  if (page.more) {
    response.set_next_page_token(paging::Encode(page.position.Encode(), id, now));
  }
  co_return response;
}

Answer<v1::ListTasksNearResponse> TaskHandlers::ListTasksNear(rpc::CallContext context,
                                                              v1::ListTasksNearRequest request) {
  constexpr int kWalk = 1200;
  const int radius = request.radius_m() > 0 ? request.radius_m() : kWalk;
  const int limit = paging::PageSize(request.limit(), 20, 100);
  const Time now = app_.clock.Now();
  const std::vector<NearIndex::Hit> hits = near_.Find(request.point(), radius, 2 * limit + 20, now);
  std::vector<std::string> keys;
  keys.reserve(hits.size());
  for (const NearIndex::Hit& hit : hits) keys.push_back(app_.keys.Task(hit.task_id));
  v1::ListTasksNearResponse response;
  if (keys.empty()) co_return response;
  CO_ASSIGN_OR_RETURN(const auto stored, co_await app_.store.GetMany(std::move(keys)));
  for (size_t i = 0; i < hits.size() && response.hits_size() < limit; ++i) {
    v1::TaskRecord record;
    if (!stored[i].exists() || !record.ParseFromString(stored[i].bytes)) continue;
    if (!IsClaimable(record.task()) || StartOf(record.task()) <= now) continue;
    v1::ListTasksNearResponse::Hit& hit = *response.add_hits();
    *hit.mutable_task() = Shown(app_, context, std::move(*record.mutable_task()));
    hit.set_distance_m(hits[i].distance_m);
  }
  co_return response;
}

}  // namespace baodao::dispatch

#include "common/areas/feed.h"

#include <algorithm>
#include <string>
#include <utility>

#include "baodao/registration/v1/area.grpc.pb.h"
#include "common/log/log.h"
#include "common/status/macros.h"

namespace baodao::areas {
namespace {

using registration::v1::AreaService;
using registration::v1::ListAreasRequest;
using registration::v1::ListAreasResponse;

constexpr int kPageSize = 1000;

Task<absl::StatusOr<std::vector<Area>>> FetchAll(std::shared_ptr<rpc::Client<AreaService>> client) {
  std::vector<Area> areas;
  std::string page_token;
  do {
    ListAreasRequest request;
    request.set_recursive(true);
    request.set_page_size(kPageSize);
    request.set_page_token(page_token);
    rpc::CallOptions options;
    CO_ASSIGN_OR_RETURN(ListAreasResponse page,
                        co_await client->Call(&rpc::AsyncOf<AreaService>::ListAreas,
                                              std::move(options), std::move(request)));
    for (Area& area : *page.mutable_areas()) areas.push_back(std::move(area));
    page_token = page.next_page_token();
  } while (!page_token.empty());
  co_return areas;
}

}  // namespace

AreaSource FromRegistration(rpc::Channel& channel) {
  auto client = std::make_shared<rpc::Client<AreaService>>(channel);
  return [client] { return FetchAll(client); };
}

AreaTreeFeed::AreaTreeFeed(AreaSource source, Clock& clock)
    : AreaTreeFeed(std::move(source), clock, Options{}) {}

AreaTreeFeed::AreaTreeFeed(AreaSource source, Clock& clock, Options options)
    : source_(std::move(source)), clock_(clock), options_(options), tree_(AreaTree::Empty()) {}

Task<absl::Status> AreaTreeFeed::Refresh() {
  const uint64_t ticket = ++started_;
  const Time asked = clock_.Now();
  CO_ASSIGN_OR_RETURN(std::vector<Area> areas, co_await source_());
  // A page read before and one read after an import may not fit together; the next refresh will.
  CO_ASSIGN_OR_RETURN(std::shared_ptr<const AreaTree> tree, AreaTree::Build(std::move(areas)));
  if (ticket < applied_) co_return absl::OkStatus();
  applied_ = ticket;
  as_of_ = asked;
  tree_ = std::move(tree);
  co_return absl::OkStatus();
}

Task<void> AreaTreeFeed::Load() {
  Millis pause = options_.retry_min;
  for (;;) {
    const absl::Status status = co_await Refresh();
    if (status.ok()) break;
    log::Info("areas.waiting", {{"status", status}});
    co_await clock_.SleepFor(pause);
    pause = std::min(pause * 2, options_.retry_max);
  }
  log::Info("areas.loaded", {{"areas", tree_->size()}});
}

Task<void> AreaTreeFeed::Run() {
  for (;;) {
    co_await clock_.SleepFor(options_.refresh_every);
    co_await TryRefresh();
  }
}

Task<void> AreaTreeFeed::TryRefresh() {
  const absl::Status status = co_await Refresh();
  if (!status.ok()) log::Warn("areas.refresh_failed", {{"status", status}});
}

Task<void> AreaTreeFeed::OnGap(std::string, int) { return TryRefresh(); }

Task<absl::Status> AreaTreeFeed::OnEvent(const events::Delivery& delivery) {
  if (!delivery.event.has_areas_imported()) co_return absl::OkStatus();
  co_return co_await Refresh();
}

}  // namespace baodao::areas

// AreaService.
#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "common/log/log.h"
#include "common/paging/asked_page.h"
#include "common/record/parse.h"
#include "common/status/macros.h"
#include "services/registration/domain/area_import.h"
#include "services/registration/rpc/routes.h"

namespace baodao::registration {
namespace {

constexpr int kStandardAreaPage = 100;
constexpr int kLargestAreaPage = 1000;
constexpr int kStandardHits = 5;

// The tree is everybody's: only who looks after all of it changes it, and sees its closed areas.
bool LooksAfterTheTree(const auth::Principal& caller) {
  return caller.IsService() || std::ranges::any_of(caller.grants, &auth::RoleGrant::OfEverything);
}

// The areas of the list from `first` on, one more than `size` to tell whether there is a next page.
std::vector<const v1::Area*> Slice(const areas::AreaTree& tree, const v1::ListAreasRequest& request,
                                   const std::string& after, int size, bool closed_too) {
  const int position = after.empty() ? -1 : tree.IndexOf(after);
  std::vector<const v1::Area*> page;
  const auto full = [&] { return static_cast<int>(page.size()) > size; };
  const auto shown = [&](const v1::Area& area) {
    return closed_too || tree.SuccessorOf(area.code()) == nullptr;
  };
  if (request.recursive()) {
    std::span<const v1::Area> subtree = tree.Subtree(request.parent_code());
    // Areas stand in the order of their positions: what comes before the page is not looked at.
    if (!subtree.empty()) {
      const int passed = position - tree.IndexOf(subtree.front().code()) + 1;
      subtree = subtree.subspan(std::min<size_t>(std::max(passed, 0), subtree.size()));
    }
    for (const v1::Area& area : subtree) {
      if (full()) break;
      if (area.code() != request.parent_code() && shown(area)) page.push_back(&area);
    }
    return page;
  }
  for (const v1::Area* area : tree.Children(request.parent_code())) {
    if (full()) break;
    if (tree.IndexOf(area->code()) > position && shown(*area)) page.push_back(area);
  }
  return page;
}

Task<absl::StatusOr<v1::ImportAreasResponse>> Import(App& app, record::Transaction& transaction,
                                                     const AreaSheet& sheet) {
  CO_ASSIGN_OR_RETURN(const store::Stored stored, co_await app.store().Get(app.keys.Areas()));
  CO_ASSIGN_OR_RETURN(const auto before, record::Parse<v1::AreaTreeRecord>(stored));
  const auto& areas = before.record.areas();
  std::vector<v1::Area> current(areas.begin(), areas.end());
  CO_ASSIGN_OR_RETURN(ImportPlan plan, PlanImport(std::move(current), sheet));
  if (plan.changes()) {
    v1::AreaTreeRecord after;
    for (v1::Area& area : plan.areas) *after.add_areas() = std::move(area);
    transaction.commit().Put(app.keys.Areas(), before.version, after.SerializeAsString());
    events::v1::Event event;
    event.mutable_areas_imported()->set_areas(after.areas_size());
    transaction.Emit(std::move(event));
  } else {
    transaction.commit().Expect(app.keys.Areas(), before.version);
  }
  v1::ImportAreasResponse response;
  response.set_added(plan.added);
  response.set_changed(plan.changed);
  response.set_unchanged(plan.unchanged);
  co_return response;
}

Task<absl::StatusOr<v1::ImportAreasResponse>> ImportAreas(App& app, rpc::CallContext context,
                                                          v1::ImportAreasRequest request) {
  // The rule lets operators of any area pass.
  if (!LooksAfterTheTree(context.caller())) co_return Refuse(Reason::PERMISSION_DENIED);
  CO_ASSIGN_OR_RETURN(const AreaSheet sheet, ParseAreaSheet(request.csv()));
  record::Decide<v1::ImportAreasResponse> decide = [&](record::Transaction& transaction) {
    return Import(app, transaction, sheet);
  };
  CO_ASSIGN_OR_RETURN(v1::ImportAreasResponse response,
                      co_await app.records.Mutate<v1::ImportAreasResponse>(
                          context, request, RegistrationKeys::kAreasShard, std::move(decide)));
  // The importer asks next: this replica knows at once, the others by the event.
  const absl::Status refreshed = co_await app.areas.feed().Refresh();
  if (!refreshed.ok()) log::Warn("areas.refresh_failed", {{"status", refreshed}});
  app.metrics.Areas(app.areas.tree()->size());
  co_return response;
}

Task<absl::StatusOr<v1::Area>> GetArea(App& app, rpc::CallContext, v1::GetAreaRequest request) {
  CO_ASSIGN_OR_RETURN(const auto tree, co_await app.records.TreeWith(request.code()));
  co_return *tree->Find(request.code());
}

Task<absl::StatusOr<v1::ListAreasResponse>> ListAreas(App& app, rpc::CallContext context,
                                                      v1::ListAreasRequest request) {
  CO_ASSIGN_OR_RETURN(const paging::AskedPage asked,
                      paging::PageAskedFor(app.vault.ring(), context, request, app.clock.Now(),
                                           kStandardAreaPage, kLargestAreaPage));
  // Other services read the tree with this, upon the event of an import: no older one may be shown.
  CO_ASSIGN_OR_RETURN(const AreaBook::Tree tree, co_await app.areas.Newest());
  for (const std::string& code : {request.parent_code(), asked.after}) {
    if (!code.empty()) CO_RETURN_IF_ERROR(areas::CheckKnown(*tree, code));
  }
  v1::ListAreasResponse response;
  const bool closed_too = LooksAfterTheTree(context.caller());
  for (const v1::Area* area : Slice(*tree, request, asked.after, asked.size, closed_too)) {
    if (response.areas_size() == asked.size) {
      response.set_next_page_token(asked.TokenFor(response.areas().rbegin()->code()));
      break;
    }
    *response.add_areas() = *area;
  }
  co_return response;
}

Task<absl::StatusOr<v1::ListAreaAncestorsResponse>> ListAreaAncestors(
    App& app, rpc::CallContext, v1::ListAreaAncestorsRequest request) {
  CO_ASSIGN_OR_RETURN(const auto tree, co_await app.records.TreeWith(request.code()));
  v1::ListAreaAncestorsResponse response;
  for (const v1::Area* area : tree->Ancestors(request.code())) *response.add_areas() = *area;
  co_return response;
}

Task<absl::StatusOr<v1::FindNearestAreasResponse>> FindNearestAreas(
    App& app, rpc::CallContext, v1::FindNearestAreasRequest request) {
  const v1::AreaLevel level =
      request.level() == v1::AREA_LEVEL_UNSPECIFIED ? v1::AREA_LEVEL_COMMUNITY : request.level();
  const int limit = request.limit() == 0 ? kStandardHits : request.limit();
  const AreaBook::Tree tree = app.areas.tree();
  v1::FindNearestAreasResponse response;
  for (const areas::NearbyArea& nearby : tree->Nearest(request.point(), level, limit)) {
    auto* hit = response.add_hits();
    *hit->mutable_area() = *nearby.area;
    hit->set_distance_m(nearby.distance_m);
  }
  co_return response;
}

}  // namespace

void RegisterAreas(App& app, rpc::Router& router) {
  const std::string service = "baodao.registration.v1.AreaService/";
  router.Unary(service + "ImportAreas", app, &ImportAreas);
  router.Unary(service + "GetArea", app, &GetArea);
  router.Unary(service + "ListAreas", app, &ListAreas);
  router.Unary(service + "ListAreaAncestors", app, &ListAreaAncestors);
  router.Unary(service + "FindNearestAreas", app, &FindNearestAreas);
}

}  // namespace baodao::registration

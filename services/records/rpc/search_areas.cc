// SearchAreas: in memory.
#include <algorithm>
#include <utility>

#include "common/paging/asked_page.h"
#include "common/status/macros.h"
#include "services/records/rpc/search.h"
#include "services/records/rpc/search_question.h"
#include "services/records/rpc/up_to.h"

namespace baodao::records {

Task<absl::StatusOr<v1::SearchAreasResponse>> SearchHandlers::SearchAreas(
    rpc::CallContext context, v1::SearchAreasRequest request) {
  const std::shared_ptr<const areas::AreaTree> tree = areas_.tree();
  const search::Asked asked = search::AskedBy(request.query());
  CO_RETURN_IF_ERROR(CheckWords(asked.size()));
  if (!request.area_code().empty()) {
    CO_RETURN_IF_ERROR(areas::CheckKnown(*tree, request.area_code()));
  }
  CO_ASSIGN_OR_RETURN(const paging::AskedPage page,
                      paging::PageAskedFor(ring_, context, request, clock_.Now(),
                                           kStandardPageOfFound, kLargestPageOfFound));
  const bool closed_too =
      context.caller().IsService() ||
      std::ranges::any_of(context.caller().grants, &auth::RoleGrant::OfEverything);
  const auto fits = [&](const areas::Area& area) {
    const auto& levels = request.levels();
    return (closed_too || tree->SuccessorOf(area.code()) == nullptr) &&
           (request.area_code().empty() || tree->Covers(request.area_code(), area.code())) &&
           (levels.empty() || std::ranges::find(levels, area.level()) != levels.end());
  };
  const auto size = static_cast<size_t>(page.size);
  const auto from = static_cast<size_t>(page.after.empty() ? 0 : tree->IndexOf(page.after) + 1);
  std::vector<const areas::Area*> found = area_names_.Find(tree, asked, fits, from, size + 1);
  v1::SearchAreasResponse response;
  *response.mutable_as_of() = ToTimestamp(areas_.as_of());
  const bool more = found.size() > size;
  if (more) found.pop_back();
  for (const areas::Area* area : found) *response.add_areas() = *area;
  if (more) response.set_next_page_token(page.TokenFor(found.back()->code()));
  co_return response;
}

}  // namespace baodao::records

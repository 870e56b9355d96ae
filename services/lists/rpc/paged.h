// What the three list methods have in common.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/paging/page_token.h"
#include "common/status/macros.h"
#include "services/lists/rpc/deps.h"

namespace baodao::lists {

inline constexpr int kStandardPage = 20;
inline constexpr int kLargestPage = 200;

// One page of an area's subtree in `list`. `load` reads records by id, `take` puts one into the
// response (records that have left the state asked for, or a closed area for another one, are
// dropped before).
template <class Response, class Record, class Request, class Load, class StateOf, class Take>
Task<absl::StatusOr<Response>> ListArea(Deps deps, rpc::CallContext ctx, const Request& request,
                                        std::string_view list, Load load, StateOf state_of,
                                        Take take) {
  const auto tree = deps.areas.tree();
  CO_RETURN_IF_ERROR(CheckArea(*tree, request.area_code()));
  const paging::Query token_query = paging::QueryOf(deps.key_ring, ctx.method(), request);
  ListQuery query;
  CO_ASSIGN_OR_RETURN(query.before,
                      paging::Decode(request.page_token(), token_query, deps.clock.Now()));
  query.keys = deps.lists.IndexKeys(*tree, list, request.area_code(), request.state());
  query.category = request.category();
  query.limit = paging::PageSize(request.page_size(), kStandardPage, kLargestPage);
  CO_ASSIGN_OR_RETURN(const ListPage page, co_await ListNewestFirst(deps.lists.store(), query));
  ctx.Charge(paging::CallsOwed(page.read, static_cast<int64_t>(page.ids.size())));
  CO_ASSIGN_OR_RETURN(std::vector<Record> records, co_await load(page.ids));
  Response response;
  for (Record& record : records) {
    // One may have moved on since its index was read.
    if (request.state() != 0 && state_of(record) != request.state()) continue;
    if (tree->IsElsewhere(request.area_code(), record.list_areas(0))) continue;
    CO_RETURN_IF_ERROR(take(&response, std::move(record)));
  }
  if (!page.next.empty()) {
    response.set_next_page_token(paging::Encode(page.next, token_query, deps.clock.Now()));
  }
  co_return response;
}

}  // namespace baodao::lists

// The page of a list that a request asks for.
//
//   CO_ASSIGN_OR_RETURN(const paging::AskedPage asked,
//                       paging::PageAskedFor(ring, context, request, clock.Now(), 20, 200));
//   … at most asked.size behind asked.after …
//   if (more) response.set_next_page_token(asked.TokenFor(last_id));
#pragma once

#include <absl/status/statusor.h>

#include <string>
#include <string_view>
#include <utility>

#include "common/clock/clock.h"
#include "common/crypto/key_ring.h"
#include "common/paging/page_token.h"
#include "common/rpc/context.h"
#include "common/status/macros.h"

namespace baodao::paging {

// The query of a call: of its method and its caller.
Query QueryOf(const crypto::KeyRing& ring, const rpc::CallContext& context,
              const google::protobuf::Message& request);

struct AskedPage {
  std::string after;  // the position that the token of the page before names; empty: the first page
  int size = 0;
  Query query;
  Time now;

  // The token of the page behind `position`.
  std::string TokenFor(std::string_view position) const { return Encode(position, query, now); }
};

// PAGE_TOKEN_INVALID, PAGE_TOKEN_EXPIRED. A request that names no size gets `standard`, none gets
// more than `max`.
template <class Request>
absl::StatusOr<AskedPage> PageAskedFor(const crypto::KeyRing& ring, const rpc::CallContext& context,
                                       const Request& request, Time now, int standard, int max) {
  AskedPage asked;
  asked.query = QueryOf(ring, context, request);
  asked.now = now;
  asked.size = PageSize(request.page_size(), standard, max);
  ASSIGN_OR_RETURN(asked.after, Decode(request.page_token(), asked.query, now));
  return asked;
}

}  // namespace baodao::paging

// The page tokens of records.
#pragma once

#include <string>

#include "common/crypto/key_ring.h"
#include "common/paging/page_token.h"
#include "common/rpc/context.h"

namespace baodao::records {

// The token of one caller's question.
template <class Request>
paging::Query TokenOf(const crypto::KeyRing& ring, const rpc::CallContext& context,
                      const Request& request) {
  return paging::QueryOf(ring, std::string(context.method()) + "/" + context.caller().Caller(),
                         request);
}

}  // namespace baodao::records

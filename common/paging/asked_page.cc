#include "common/paging/asked_page.h"

namespace baodao::paging {

Query QueryOf(const crypto::KeyRing& ring, const rpc::CallContext& context,
              const google::protobuf::Message& request) {
  return QueryOf(ring, std::string(context.method()) + "/" + context.caller().Caller(), request);
}

}  // namespace baodao::paging

#include "common/record/origin.h"

#include <utility>

namespace baodao::record {

Origin OriginOf(const rpc::CallContext& context, Time now) {
  const auth::Principal& caller = context.caller();
  return {caller.IsService() ? caller.service : caller.person_id, std::string(context.trace_id()),
          now};
}

Origin OriginOf(std::string service, Time now) {
  const rpc::TraceId trace = rpc::NewTraceId();
  return {std::move(service), std::string(trace.data(), trace.size()), now};
}

}  // namespace baodao::record

#include "common/record/origin.h"

#include <utility>

#include "common/clock/timestamp.h"

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

void FillHeader(const std::string& actor_id, const std::string& trace_id, Time now,
                events::v1::Event* event) {
  *event->mutable_time() = ToTimestamp(now);
  event->set_actor_id(actor_id);
  event->set_trace_id(trace_id);
}

}  // namespace baodao::record

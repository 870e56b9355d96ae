// The origin of a change: who makes it, in which trace, and when. Every event carries it.
#pragma once

#include <string>

#include "baodao/events/v1/events.pb.h"
#include "common/clock/clock.h"
#include "common/rpc/context.h"

namespace baodao::record {

struct Origin {
  std::string actor_id;  // a person's id or a service's name; empty: nobody who is signed in
  std::string trace_id;
  Time now;
};

Origin OriginOf(const rpc::CallContext& context, Time now);
// The origin of a change that a service makes by itself, in a trace of its own.
Origin OriginOf(std::string service, Time now);
// The header of an event: who, in which trace, when.
void FillHeader(const std::string& actor_id, const std::string& trace_id, Time now,
                events::v1::Event* event);

}  // namespace baodao::record

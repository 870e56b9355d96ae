// Who changes something, in which trace, and when: what every event says about itself.
#pragma once

#include <string>

#include "common/clock/clock.h"
#include "common/rpc/context.h"

namespace baodao::record {

struct Origin {
  std::string actor_id;  // a person's id or a service's name; empty: nobody who is signed in
  std::string trace_id;
  Time now;
};

Origin OriginOf(const rpc::CallContext& context, Time now);
// Of what a service does by itself, in a trace of its own.
Origin OriginOf(std::string service, Time now);

}  // namespace baodao::record

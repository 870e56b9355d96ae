// Metadata and deadline of a call to another service.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/clock/clock.h"
#include "common/rpc/context.h"

namespace baodao::rpc {

struct CallOptions {
  // The call on whose behalf this one is made: its trace, its language, and its deadline as a
  // limit.
  std::optional<CallContext> parent;
  // None: the channel's timeout for unary calls, no end for streams.
  std::optional<Millis> timeout;
  // A token of its own instead of the channel's: to act as a person.
  std::string bearer;
  // "zh-CN" or "en" instead of the parent's language.
  std::string language;

  static CallOptions From(CallContext parent) {
    CallOptions options;
    options.parent = std::move(parent);
    return options;
  }
  // For work that an event or a timer began: in its trace, without a deadline of its own. A trace
  // id that is none begins a new trace.
  static CallOptions Tracing(std::string_view trace_id) {
    auto state = std::make_shared<CallContext::State>();
    state->caller = std::make_shared<const auth::Principal>();
    state->trace = NewTraceId();
    if (trace_id.size() == state->trace.size()) {
      std::copy(trace_id.begin(), trace_id.end(), state->trace.begin());
    }
    return From(CallContext(std::move(state)));
  }
  static CallOptions As(std::string bearer) {
    CallOptions options;
    options.bearer = std::move(bearer);
    return options;
  }
};

}  // namespace baodao::rpc

// What a call to another service carries besides its request.
#pragma once

#include <optional>
#include <string>

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
  static CallOptions As(std::string bearer) {
    CallOptions options;
    options.bearer = std::move(bearer);
    return options;
  }
};

}  // namespace baodao::rpc

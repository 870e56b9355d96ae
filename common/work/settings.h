// The limits of work as configured: settings that all services share, so that they agree.
#pragma once

#include "common/config/config.h"
#include "common/work/limits.h"

namespace baodao::work {

inline Limits LimitsOf(const config::Config& config) {
  return {config.Duration("daily_work"), config.Duration("rest")};
}

}  // namespace baodao::work

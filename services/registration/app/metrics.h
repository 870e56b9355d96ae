// The metrics of registration, in one table.
#pragma once

#include <array>

#include "common/metrics/metrics.h"

namespace baodao::registration {

// How a login or refresh ended.
enum class LoginResult { kOk, kWrongCode, kExpired, kExhausted, kReused, kCount };

class Metrics {
 public:
  explicit Metrics(metrics::Registry& registry);

  void CodeSent() { codes_sent_->Increment(); }
  void Login(LoginResult result) { logins_[static_cast<size_t>(result)]->Increment(); }
  void Areas(size_t count) { areas_->Set(static_cast<double>(count)); }

 private:
  metrics::Counter* codes_sent_;
  metrics::Gauge* areas_;
  std::array<metrics::Counter*, static_cast<size_t>(LoginResult::kCount)> logins_;
};

}  // namespace baodao::registration

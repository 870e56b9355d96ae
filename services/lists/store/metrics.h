// What lists tells Prometheus about its records. Labels are states, never ids.
#pragma once

#include <map>
#include <string_view>
#include <tuple>
#include <vector>

#include "common/metrics/metrics.h"

namespace baodao::lists {

// A record of `list` (store/keys.h) has changed its state; from 0: it is new.
struct Moved {
  std::string_view list;
  int from = 0;
  int to = 0;
};

class Metrics {
 public:
  explicit Metrics(metrics::Registry& registry);

  void Count(const std::vector<Moved>& moves);

 private:
  std::map<std::tuple<std::string_view, int, int>, metrics::Counter*> counters_;
};

}  // namespace baodao::lists
